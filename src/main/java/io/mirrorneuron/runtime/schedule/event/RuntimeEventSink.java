package io.mirrorneuron.runtime.schedule.event;

import java.util.concurrent.CompletionStage;

/** Port that receives all events of this runtime, in order. */
@FunctionalInterface
public interface RuntimeEventSink {
  /**
   * Does not block.
   *
   * @return done when the event is stored and schedules have reacted; fails with {@link
   *     io.mirrorneuron.model.MnException} UNAVAILABLE when the caller must retry
   */
  CompletionStage<?> tell(RuntimeEvent event);
}
