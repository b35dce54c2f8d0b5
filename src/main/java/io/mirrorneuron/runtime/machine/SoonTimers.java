package io.mirrorneuron.runtime.machine;

import io.mirrorneuron.runtime.port.Timers;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/**
 * Wakes records whose times come soon; one timer each, for the earliest. Who is woken too early is
 * to ask again. Thread-safe.
 */
final class SoonTimers {
  private final Timers timers;
  private final long horizonMs;
  private final Consumer<String> wake;
  private final Map<String, Long> set = new ConcurrentHashMap<>();

  /**
   * @param horizonMs what comes later has no timer: the leader looks before, and finds it
   * @param wake is given the id of a record whose time has come
   */
  SoonTimers(Timers timers, long horizonMs, Consumer<String> wake) {
    this.timers = timers;
    this.horizonMs = horizonMs;
    this.wake = wake;
  }

  /** At that time, milliseconds since the epoch, or earlier when it is woken earlier anyway. */
  void at(String id, long at) {
    Long earlier = set.get(id);
    boolean isLater = at > timers.now() + horizonMs;
    if (isLater || earlier != null && earlier <= at) {
      return;
    }
    set.put(id, at);
    timers.at(
        at,
        () -> {
          set.remove(id, at);
          wake.accept(id);
        });
  }
}
