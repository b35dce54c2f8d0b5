package io.mirrorneuron.runtime.away;

import io.mirrorneuron.port.node.PeerPrograms.Opening;
import io.mirrorneuron.runtime.port.Timers;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/**
 * Executions of which owners of their jobs were told that they are not here. These begin them again
 * elsewhere, so what a former owner, or a thread that is late, asks for then begins nothing here.
 * Thread-safe.
 */
final class GuestDenials {
  /** By then whoever is late has found that the job has another owner. */
  private static final Duration KEPT = Duration.ofMinutes(10);

  private final Timers timers;
  private final Map<String, Long> epochs = new HashMap<>();

  GuestDenials(Timers timers) {
    this.timers = timers;
  }

  synchronized void deny(Opening asked) {
    epochs.merge(asked.executionId(), asked.epoch(), Math::max);
    timers.at(timers.now() + KEPT.toMillis(), () -> forget(asked.executionId()));
  }

  private synchronized void forget(String executionId) {
    epochs.remove(executionId);
  }

  /** Whether the same owner, or a later one, was told that it is not here. */
  synchronized boolean isDenied(Opening asked) {
    Long denied = epochs.get(asked.executionId());
    return denied != null && asked.epoch() <= denied;
  }
}
