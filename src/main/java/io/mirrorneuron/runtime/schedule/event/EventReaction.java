package io.mirrorneuron.runtime.schedule.event;

import io.mirrorneuron.port.schedule.TriggerEvents.EventOutcome;
import io.mirrorneuron.port.schedule.TriggerEvents.TriggerEvent;
import java.util.function.Supplier;

/** What the schedules that wait for events do about one. */
@FunctionalInterface
public interface EventReaction {
  /** Of a runtime without schedules. */
  EventReaction NONE = event -> EventOutcome.NOTHING;

  /**
   * Lets each schedule that waits for the event make its job. May block. May be told an event
   * again, as long as its id is the same: a schedule that had its job then must not make another.
   *
   * @param event with its secrets, for jobs only
   */
  EventOutcome happened(TriggerEvent event);

  /**
   * The same for who waits for an answer: after a few seconds what has come of it so far, and the
   * rest follows for sure.
   */
  default EventOutcome soon(TriggerEvent event) {
    return happened(event);
  }

  /** Whatever reacts when something happens. */
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
