package io.mirrorneuron.port.schedule;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.mirrorneuron.model.MnException;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Events that start jobs. Blocking. Thread-safe. */
public interface TriggerEvents {
  /** Default number of listed events. */
  int USUAL_PAGE = 100;

  /** Maximum number of stored events. */
  int MOST = 1000;

  /** Secrets in their payloads are hidden. */
  record Kept(List<TriggerEvent> data) {
    public Kept {
      data = List.copyOf(data);
    }
  }

  /**
   * Stores an event and lets the schedules that wait for it make their jobs. One with the id of an
   * earlier event is not stored again; schedules that had no job for it yet make theirs.
   *
   * @throws io.mirrorneuron.model.MnException INVALID when it has no type, or is too large
   */
  EmittedEvent emit(NewEvent event);

  /**
   * @param limit 0 or less is {@link #USUAL_PAGE}, more than {@link #MOST} is that
   * @return newest first
   */
  Kept list(int limit);

  /**
   * An event that can trigger schedules.
   *
   * @param eventId the same for a repeated event
   * @param eventType chosen by the sender
   * @param source the sender
   * @param payload as sent: texts, numbers, booleans, nulls, lists and maps
   * @param createdAt when it was first stored
   */
  public record TriggerEvent(
      String eventId,
      String eventType,
      String source,
      Map<String, Object> payload,
      String createdAt) {

    public TriggerEvent {
      payload =
          payload == null ? Map.of() : Collections.unmodifiableMap(new LinkedHashMap<>(payload));
    }
  }

  /**
   * An event that somebody wants to tell.
   *
   * @param eventId names it if it may be told again; null or blank for one that is told once
   * @param source null or blank is {@code api}
   * @param payload null is none
   */
  public record NewEvent(
      String eventId, String eventType, String source, Map<String, Object> payload) {
    /** The source of what a gateway tells of itself. */
    public static final String GATEWAY = "mn-api";

    /** What begins the sources of what was sent to webhooks. */
    public static final String WEBHOOK = "webhook:";

    /**
     * Reserves the sources of the gateway and of webhooks.
     *
     * @throws MnException INVALID when the source is reserved
     */
    public void requireOwnSource() {
      if (source != null && (source.equals(GATEWAY) || source.startsWith(WEBHOOK))) {
        throw MnException.invalid(
            "source %s is reserved for uploads and webhooks; give another".formatted(source));
      }
    }
  }

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

  /**
   * Effect of an event on schedules.
   *
   * @param checked schedules that wait for events of its type
   * @param dispatched jobs made
   * @param skipped schedules that already had their job for this event
   * @param failed jobs that could not be made
   * @param missed always 0: an event cannot be missed
   * @param blocked schedules with an earlier job still running
   * @param scheduleId a schedule that made a job; null when none did
   * @param jobId of that job
   * @param acting whether schedules still process it, so that the numbers are preliminary
   */
  public record EventOutcome(
      long checked,
      long dispatched,
      long skipped,
      long failed,
      long missed,
      long blocked,
      String scheduleId,
      String jobId,
      boolean acting) {
    public static final EventOutcome NOTHING =
        new EventOutcome(0, 0, 0, 0, 0, 0, null, null, false);

    /** The same, with more to come. */
    public EventOutcome andMore() {
      return new EventOutcome(
          checked, dispatched, skipped, failed, missed, blocked, scheduleId, jobId, true);
    }
  }
}
