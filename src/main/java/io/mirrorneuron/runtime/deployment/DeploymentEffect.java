package io.mirrorneuron.runtime.deployment;

import io.mirrorneuron.runtime.schedule.event.RuntimeEvent;
import io.mirrorneuron.runtime.state.StoredDefinition.DeployedBy;
import io.mirrorneuron.runtime.workflow.UpdatePolicy.HealthSource;
import java.util.List;

/** Effects of a deployment; repeated requests of the same effect are equal. */
sealed interface DeploymentEffect {
  /** Makes the job of that id, which runs the version. */
  record Launch(int number, String jobId, DeployedVersion version, DeployedBy by)
      implements DeploymentEffect {}

  /**
   * Redefines agents of a job.
   *
   * @param base fingerprint of the manifest of the unchanged agents
   * @param version of the changed agents
   * @param changed all agents of that version afterwards; the last batch has all
   * @param agents changed by this effect
   * @param isWhole whether the version's manifest replaces that of the job
   * @param patienceMs how long programs that offer services may still end by themselves
   */
  record Redefine(
      int number,
      String jobId,
      long definition,
      String base,
      DeployedVersion version,
      List<String> changed,
      List<String> agents,
      boolean isWhole,
      long patienceMs,
      DeployedBy by)
      implements DeploymentEffect {}

  /**
   * Checks the health of a job.
   *
   * @param agents to be checked; empty for all of the job
   * @param health source of the verdict
   * @param isBack whether they were reverted: a job that waits for a person then resumes
   */
  record Look(
      int number,
      long look,
      String jobId,
      long definition,
      List<String> agents,
      HealthSource health,
      boolean isBack)
      implements DeploymentEffect {}

  /**
   * Switches service discovery to the new job, atomically.
   *
   * @param oldJob null where the job stays and only leaves its trial
   */
  record Switch(int number, String oldJob, String newJob) implements DeploymentEffect {}

  record Tell(RuntimeEvent news) implements DeploymentEffect {}

  /**
   * Ends a job.
   *
   * @param drains whether it drains first
   * @param servesUntil until when draining waits for programs that offer services: they may never
   *     end by themselves
   */
  record End(int number, String jobId, boolean drains, long servesUntil, String reason)
      implements DeploymentEffect {}
}
