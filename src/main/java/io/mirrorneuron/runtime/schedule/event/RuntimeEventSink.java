package io.mirrorneuron.runtime.schedule.event;

import java.util.concurrent.CompletionStage;

/** Port: hears what happens in this runtime, one thing after another; all of it comes here. */
@FunctionalInterface
public interface RuntimeEventSink {
  /**
   * Not blocking.
   *
   * @return done when the event is stored and schedules have acted on it; fails with {@link
   *     io.mirrorneuron.model.MnException} UNAVAILABLE when it is to be told again
   */
  CompletionStage<?> tell(RuntimeEvent event);
}
