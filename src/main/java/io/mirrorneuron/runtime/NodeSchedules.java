package io.mirrorneuron.runtime;

import io.mirrorneuron.model.Lifetime;
import io.mirrorneuron.runtime.loop.JobWatch;
import io.mirrorneuron.runtime.port.Timers;
import io.mirrorneuron.runtime.schedule.LocalChildJobs;
import io.mirrorneuron.runtime.schedule.ScheduleKeeper;
import io.mirrorneuron.store.RecordStore;
import io.mirrorneuron.store.RedisLeaderLease;
import io.mirrorneuron.store.RedisRecordStore;
import io.mirrorneuron.store.bucket.Place;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CompletionStage;

/** Schedules, as far as this node keeps them. */
final class NodeSchedules {
  private NodeSchedules() {}

  static ScheduleKeeper of(
      RuntimeIdentity identity,
      Lifetime lifetime,
      Place shared,
      LocalChildJobs children,
      NodeEvents events,
      Timers timers) {
    ScheduleKeeper.Home home =
        new ScheduleKeeper.Home(
            new RedisRecordStore(shared.lanes(), shared.keys()),
            new RedisLeaderLease(shared.lanes(), shared.keys()),
            identity.owner(),
            lifetime,
            identity.jobIdSuffixes());
    ScheduleKeeper keeper =
        new ScheduleKeeper(home, children, events.own(), timers, Thread::startVirtualThread);
    events.reaction().set(keeper.reaction());
    return keeper;
  }

  /** The same watch, which knows of windows that have ended, too. */
  static JobWatch watch(JobWatch others, Place shared, Timers timers) {
    RecordStore records = new RedisRecordStore(shared.lanes(), shared.keys());
    return new ScheduleKeeper.EndedWindows(others, records, timers);
  }

  /**
   * Whether an id is that of a job or of a schedule.
   *
   * @param status of the job; null for none
   */
  static CompletionStage<Boolean> either(
      CompletionStage<String> status, CompletionStage<Boolean> isSchedule) {
    return status.thenCombine(isSchedule, (word, is) -> word != null || is);
  }

  static Set<String> both(Set<String> one, Set<String> other) {
    Set<String> all = new HashSet<>(one);
    all.addAll(other);
    return all;
  }
}
