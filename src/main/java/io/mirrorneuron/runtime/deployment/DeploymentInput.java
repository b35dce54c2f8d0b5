package io.mirrorneuron.runtime.deployment;

/** What may happen to the deployments of a key. */
sealed interface DeploymentInput {
  /** The time of the next round has come. */
  record Wake() implements DeploymentInput {}

  /**
   * Somebody deploys.
   *
   * @param key of the line
   * @param request by which it is known again, or null
   * @param version that is new, or one that the line has when somebody goes back
   * @param plan made for the version that {@link DeploymentPlan#from} names
   * @param planned for the line as it stands; null when no plan was told before
   */
  record Deploy(
      String key, String request, DeployedVersion version, DeploymentPlan plan, PlanToken planned)
      implements DeploymentInput {
    Deploy(String key, String request, DeployedVersion version, DeploymentPlan plan) {
      this(key, request, version, plan, null);
    }
  }

  /** About one deployment; {@code number} is refused when another one is the newest. */
  sealed interface Command extends DeploymentInput {
    int number();
  }

  record Promote(int number) implements Command {}

  /**
   * @param reason in the caller's words, or null
   */
  record Pause(int number, String reason) implements Command {
    Pause(int number) {
      this(number, null);
    }
  }

  /**
   * @param reason in the caller's words, or null
   */
  record Resume(int number, String reason) implements Command {
    Resume(int number) {
      this(number, null);
    }
  }

  /**
   * @param reason in the caller's words, or null
   */
  record Fail(int number, String reason) implements Command {}

  /** What came of a deed of one deployment; of no interest once it is at something else. */
  sealed interface Outcome extends DeploymentInput {
    int number();
  }

  record Launched(int number) implements Outcome {}

  record NotLaunched(int number, String why) implements Outcome {}

  record Ordered(int number, long definition) implements Outcome {}

  /**
   * @param has the definition that the job has instead; -1 when it has ended
   */
  record NotOrdered(int number, long definition, long has, String why) implements Outcome {}

  /**
   * @param applied whether the agents are what they were ordered to be
   * @param breaks how often what is looked at was not healthy, as far as its job knows
   * @param isLost whether it will not become healthy, as its job has ended or waits for a person
   * @param why it is not healthy, or null
   */
  record Seen(
      int number,
      long look,
      boolean applied,
      boolean healthy,
      long breaks,
      boolean isLost,
      String why)
      implements Outcome {}

  record Switched(int number) implements Outcome {}

  /** An event was told to all who listen. */
  record EventDelivered(String eventId) implements DeploymentInput {}

  /** The job that was to end has ended. */
  record Ended(int number, String jobId) implements Outcome {}
}
