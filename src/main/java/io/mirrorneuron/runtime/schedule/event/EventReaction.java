package io.mirrorneuron.runtime.schedule.event;

import io.mirrorneuron.port.schedule.TriggerEvents.EventOutcome;
import io.mirrorneuron.port.schedule.TriggerEvents.TriggerEvent;
import java.util.function.Supplier;

/** The reaction of schedules to an event. */
@FunctionalInterface
public interface EventReaction {
  /** Of a runtime without schedules. */
  EventReaction NONE = event -> EventOutcome.NOTHING;

  /**
   * Lets each schedule that waits for the event make its job. May block. Idempotent: for a repeated
   * event id a schedule must not make another job.
   *
   * @param event with its secrets, for jobs only
   */
  EventOutcome happened(TriggerEvent event);

  /**
   * For a caller that waits for an answer: returns the outcome so far after a few seconds; the rest
   * still follows.
   */
  default EventOutcome soon(TriggerEvent event) {
    return happened(event);
  }

  /** Looks up the reaction at each event. */
  static EventReaction of(Supplier<EventReaction> current) {
    return new EventReaction() {
      @Override
      public EventOutcome happened(TriggerEvent event) {
        return current.get().happened(event);
      }

      @Override
      public EventOutcome soon(TriggerEvent event) {
        return current.get().soon(event);
      }
    };
  }
}
