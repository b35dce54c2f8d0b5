package io.mirrorneuron.runtime.deployment;

import io.mirrorneuron.runtime.schedule.event.RuntimeEvent;
import io.mirrorneuron.runtime.state.StoredDefinition.DeployedBy;
import io.mirrorneuron.runtime.workflow.UpdatePolicy.HealthSource;
import java.util.List;

/** What a deployment may want done; equal when it is the same, however often it is asked for. */
sealed interface DeploymentEffect {
  /** Make the job of that id, which runs the version. */
  record Launch(int number, String jobId, DeployedVersion version, DeployedBy by)
      implements DeploymentEffect {}

  /**
   * Have agents of a job be others.
   *
   * @param base fingerprint of the manifest of those that are not changed
   * @param version that the changed ones are of
   * @param changed all that are of it then; the last batch has all
   * @param agents that become others by this
   * @param isWhole whether the manifest of the version takes the place of the job's
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
   * Say how it stands.
   *
   * @param agents that are looked at; all of the job when there are none
   * @param health what says how they are
   * @param isBack whether they were changed back: a job that waits for a person then goes on
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
   * Have who asks for services get those of the new job, from one moment on.
   *
   * @param oldJob null where the job stays, and is not on trial any more
   */
  record Switch(int number, String oldJob, String newJob) implements DeploymentEffect {}

  /** Tell what has happened. */
  record Tell(RuntimeEvent news) implements DeploymentEffect {}

  /**
   * End a job.
   *
   * @param drains whether it first ends what it has in hand
   * @param servesUntil until when programs that offer services count as what it has in hand: they
   *     may never end by themselves
   */
  record End(int number, String jobId, boolean drains, long servesUntil, String reason)
      implements DeploymentEffect {}
}
