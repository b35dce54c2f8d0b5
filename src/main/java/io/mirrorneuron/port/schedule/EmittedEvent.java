package io.mirrorneuron.port.schedule;

import com.fasterxml.jackson.annotation.JsonInclude;

/**
 * Answer to an event that is durable now.
 *
 * @param status {@code emitted}; {@code known} when one with its id was there already
 * @param event as it is stored, secrets hidden
 * @param acting true while schedules still act on it; else null
 * @param scheduleId see {@link EventOutcome}, as are the numbers
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record EmittedEvent(
    String eventId,
    String status,
    TriggerEvent event,
    long checked,
    long dispatched,
    long skipped,
    long failed,
    long missed,
    long blocked,
    String scheduleId,
    String jobId,
    Boolean acting) {

  public static EmittedEvent of(String status, TriggerEvent event, EventOutcome outcome) {
    return new EmittedEvent(
        event.eventId(),
        status,
        event,
        outcome.checked(),
        outcome.dispatched(),
        outcome.skipped(),
        outcome.failed(),
        outcome.missed(),
        outcome.blocked(),
        outcome.scheduleId(),
        outcome.jobId(),
        outcome.acting() ? true : null);
  }
}
