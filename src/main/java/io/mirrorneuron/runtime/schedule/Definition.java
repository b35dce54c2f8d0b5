package io.mirrorneuron.runtime.schedule;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.mirrorneuron.port.schedule.TriggerEvents.TriggerEvent;
import io.mirrorneuron.runtime.schedule.cron.WrittenTime;
import io.mirrorneuron.runtime.schedule.event.Correlation;
import io.mirrorneuron.runtime.schedule.event.Debounce;
import io.mirrorneuron.runtime.schedule.event.EventFilter;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/**
 * What a schedule does, as {@link DefinitionReader} reads it from its author's text. Durations are
 * milliseconds, times milliseconds since the epoch.
 *
 * @param name null for none
 * @param crons of a periodic schedule; the earliest time counts
 * @param runAt of a delayed one
 * @param retryIntervalMs of one that waits for room
 * @param catchupLimit most missed times that are caught up
 * @param catchupWithinMs a time missed longer ago is not caught up; null for no limit
 * @param missedGraceMs a time that passed longer ago is missed
 * @param jitterMs most delay of a job; the same time always has the same delay
 * @param window null for none
 * @param trigger of one for events
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record Definition(
    Kind kind,
    String name,
    List<String> crons,
    String timezone,
    Long runAt,
    Long retryIntervalMs,
    boolean prohibitOverlap,
    MissedPolicy missedPolicy,
    int catchupLimit,
    Long catchupWithinMs,
    long missedGraceMs,
    long jitterMs,
    Window window,
    Trigger trigger,
    Map<String, Object> parameterized,
    Map<String, Object> metadata) {

  /** Default of {@code catchupWithinMs} of recurring schedules. */
  static final long DAY_MS = 86_400_000;

  public Definition {
    if (missedPolicy == MissedPolicy.SKIP) {
      catchupWithinMs = null;
    } else if (catchupWithinMs == null && kind == Kind.PERIODIC) {
      catchupWithinMs = DAY_MS;
    }
    crons = crons == null ? List.of() : List.copyOf(crons);
    parameterized = parameterized == null ? Map.of() : parameterized;
    metadata = metadata == null ? Map.of() : metadata;
  }

  public enum Kind {
    PERIODIC,
    DELAYED,
    EVENT,
    RESOURCE_WAIT;

    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  public enum MissedPolicy {
    SKIP,
    CATCHUP_ONE,
    CATCHUP_ALL;

    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * How long its jobs may take.
   *
   * @param cancels whether a job that takes longer is cancelled
   */
  public record Window(long durationMs, boolean cancels) {}

  /**
   * The events that it waits for.
   *
   * @param eventTypes any of them
   * @param filters further demands on an event, by path
   * @param correlate which events make a job together; null when each makes one
   * @param debounce how many events in a row make one job; null when each makes one
   */
  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  public record Trigger(
      List<String> eventTypes,
      Map<String, Object> filters,
      Demands demands,
      Correlation correlate,
      Debounce debounce) {
    public Trigger {
      eventTypes = eventTypes == null ? List.of() : List.copyOf(eventTypes);
      filters = filters == null ? Map.of() : filters;
    }

    public boolean matches(TriggerEvent event) {
      if (correlate != null) {
        return correlate.matches(event);
      }
      boolean hasKey =
          debounce == null
              || debounce.key() == null
              || EventFilter.textAt(event.payload(), debounce.key()).isPresent();
      return hasKey && new EventFilter(new HashSet<>(eventTypes), filters).matches(event);
    }

    /** Whether events wait for further events. */
    public boolean gathers() {
      return correlate != null || debounce != null;
    }

    /** Whether it waits for the same events; the demands on their payload may differ. */
    public boolean waitsAs(Trigger other) {
      return other != null
          && eventTypes.equals(other.eventTypes)
          && filters.equals(other.filters)
          && Objects.equals(correlate, other.correlate)
          && Objects.equals(debounce, other.debounce);
    }
  }

  /**
   * What the payload of an event or a dispatch must have.
   *
   * @param payload {@code required}, {@code optional} or {@code forbidden}
   * @param required members of the payload
   * @param optional further expected members; for readers only
   */
  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  public record Demands(String payload, List<String> required, List<String> optional) {
    static final Demands NONE = new Demands("optional", List.of(), List.of());

    public Demands {
      required = required == null ? List.of() : List.copyOf(required);
      optional = optional == null ? List.of() : List.copyOf(optional);
    }
  }

  /**
   * @throws io.mirrorneuron.model.MnException INVALID when its only time has passed by more than
   *     its grace
   */
  public void requireAhead(long now) {
    if (runAt != null) {
      WrittenTime.requireAhead("schedule.run_at", runAt, now - missedGraceMs, now);
    }
  }

  /** Whether its policy catches up a missed time. */
  public boolean makesUpFor(long at, long now) {
    return missedPolicy != MissedPolicy.SKIP
        && (catchupWithinMs == null || at >= now - catchupWithinMs);
  }

  /** Whether the payload of an event or a dispatch is the body of its jobs' first messages. */
  public boolean handsOver() {
    return kind == Kind.EVENT || !parameterized.isEmpty();
  }

  public boolean isOnce() {
    return kind == Kind.DELAYED || kind == Kind.RESOURCE_WAIT;
  }
}
