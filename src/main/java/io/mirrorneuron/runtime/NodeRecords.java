package io.mirrorneuron.runtime;

import io.mirrorneuron.runtime.deployment.DeploymentKeeper;
import io.mirrorneuron.runtime.drain.LocalUpkeep;
import io.mirrorneuron.runtime.drain.NodeDrains;
import io.mirrorneuron.runtime.loop.JobDefinitions;
import io.mirrorneuron.runtime.schedule.ScheduleKeeper;
import java.util.Set;
import java.util.concurrent.CompletionStage;

/** The records that act by themselves, as far as this node keeps them. */
record NodeRecords(
    ScheduleKeeper schedules, DeploymentKeeper deployments, LocalUpkeep upkeep, NodeDrains drains)
    implements AutoCloseable {

  void start() {
    schedules.start();
    deployments.start();
    drains.start();
  }

  /**
   * Whether an id is that of a job, of a schedule or of what is deployed.
   *
   * @param status of the job; null for none
   */
  CompletionStage<Boolean> has(String id, CompletionStage<String> status) {
    return NodeSchedules.either(status, schedules.has(id))
        .thenCombine(deployments.has(id), (one, other) -> one || other);
  }

  /** Fingerprints of the payload files that they have, and jobs. */
  CompletionStage<Set<String>> bundles(JobDefinitions jobs) {
    return jobs.bundles()
        .thenCombine(schedules.bundles(), NodeSchedules::both)
        .thenCombine(deployments.bundles(), NodeSchedules::both);
  }

  @Override
  public void close() {
    schedules.close();
    deployments.close();
    drains.close();
  }
}
