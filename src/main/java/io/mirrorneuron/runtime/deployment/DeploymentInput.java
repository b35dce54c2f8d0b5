package io.mirrorneuron.runtime.deployment;

/** Inputs of the deployments of a key. */
sealed interface DeploymentInput {
  /** The time of the next round has come. */
  record Wake() implements DeploymentInput {}

  /**
   * Starts a deployment.
   *
   * @param key of the line
   * @param request idempotency key, or null
   * @param version a new one, or one of the line for a rollback
   * @param plan made for the version that {@link DeploymentPlan#from} names
   * @param planned token of the plan that the caller was shown; null for none
   */
  record Deploy(
      String key, String request, DeployedVersion version, DeploymentPlan plan, PlanToken planned)
      implements DeploymentInput {
    Deploy(String key, String request, DeployedVersion version, DeploymentPlan plan) {
      this(key, request, version, plan, null);
    }
  }

  /** Command to one deployment; refused when {@code number} is not the newest. */
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

  /** Outcome of an effect of one deployment; ignored once its phase has changed. */
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
   * @param applied whether the agents have the ordered definition
   * @param breaks failures of the checked agents, as their job counts them
   * @param isLost whether it cannot become healthy: its job has ended or waits for a person
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

  /** All consumers have received the event. */
  record EventDelivered(String eventId) implements DeploymentInput {}

  record Ended(int number, String jobId) implements Outcome {}
}
