package io.mirrorneuron.runtime;

import io.mirrorneuron.model.Lifetime;
import io.mirrorneuron.runtime.deployment.DeploymentKeeper;
import io.mirrorneuron.runtime.drain.LocalUpkeep;
import io.mirrorneuron.runtime.drain.NodeDrains;
import io.mirrorneuron.runtime.local.OperationKeeper;
import io.mirrorneuron.runtime.loop.JobDefinitions;
import io.mirrorneuron.runtime.port.Timers;
import io.mirrorneuron.runtime.schedule.ScheduleKeeper;
import io.mirrorneuron.store.RedisLeaderLease;
import io.mirrorneuron.store.RedisRecordStore;
import io.mirrorneuron.store.bucket.Place;
import java.util.Set;
import java.util.concurrent.CompletionStage;

/** The records that act by themselves, as far as this node keeps them. */
record NodeRecords(
    ScheduleKeeper schedules,
    DeploymentKeeper deployments,
    OperationKeeper operations,
    LocalUpkeep upkeep,
    NodeDrains drains)
    implements AutoCloseable {

  static OperationKeeper operations(
      RuntimeIdentity identity,
      Lifetime lifetime,
      Place shared,
      OperationKeeper.Means means,
      Timers timers) {
    OperationKeeper.Home home =
        new OperationKeeper.Home(
            new RedisRecordStore(shared.lanes(), shared.keys()),
            new RedisLeaderLease(shared.lanes(), shared.keys()),
            identity.owner(),
            lifetime,
            identity.jobIdSuffixes());
    return new OperationKeeper(home, means, timers, Thread::startVirtualThread);
  }

  void start() {
    schedules.start();
    deployments.start();
    operations.start();
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
    operations.close();
    drains.close();
  }
}
