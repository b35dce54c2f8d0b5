package io.mirrorneuron.runtime;

import io.mirrorneuron.port.JobsPort;
import io.mirrorneuron.runtime.local.DerivedJobs;
import io.mirrorneuron.runtime.port.Timers;
import io.mirrorneuron.runtime.schedule.LocalChildJobs;
import io.mirrorneuron.runtime.schedule.ScheduleKeeper;
import io.mirrorneuron.runtime.schedule.event.OwnNews;
import io.mirrorneuron.store.Keys;
import io.mirrorneuron.store.RedisLanes;
import io.mirrorneuron.store.RedisLeaderLease;
import io.mirrorneuron.store.RedisRecordStore;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CompletionStage;

/** Schedules, as far as this node keeps them. */
final class NodeSchedules {
  private NodeSchedules() {}

  private static ScheduleKeeper of(
      RuntimeIdentity identity,
      RedisLanes lanes,
      Keys keys,
      LocalChildJobs children,
      OwnNews news,
      Timers timers) {
    ScheduleKeeper.Home home =
        new ScheduleKeeper.Home(
            new RedisRecordStore(lanes, keys),
            new RedisLeaderLease(lanes, keys),
            identity.owner(),
            identity.jobIdSuffixes());
    return new ScheduleKeeper(home, children, news, timers, Thread::startVirtualThread);
  }

  /** The same, which hears of events. */
  static ScheduleKeeper reacting(
      RuntimeIdentity identity,
      RedisLanes lanes,
      Keys keys,
      DerivedJobs derived,
      JobsPort jobs,
      NodeEvents events,
      Timers timers) {
    LocalChildJobs children = new LocalChildJobs(derived, jobs);
    ScheduleKeeper keeper = of(identity, lanes, keys, children, events.own(), timers);
    events.reaction().set(keeper.reaction());
    return keeper;
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
