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
 * What a schedule is to do, as {@link DefinitionReader} makes it of what its author wrote.
 *
 * @param name null for none
 * @param crons of a periodic one; the earliest counts
 * @param runAt of a delayed one, milliseconds since the epoch
 * @param retryIntervalMs of one that waits for room
 * @param catchupLimit how many missed times are made up for at most
 * @param catchupWithinMs a time that passed longer ago is not made up for any more; null for never
 * @param missedGraceMs a time that passed so long ago is missed
 * @param jitterMs a job is made up to so much later, always as much later for one time
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

  /** Of what is due again and again, unless its author says otherwise. */
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
   * Which events it is for.
   *
   * @param eventTypes any of them
   * @param filters what an event must have besides, by path
   * @param correlate which of them make a job together; null when each makes one
   * @param debounce how many in a row make one job; null when each makes one
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

    /** Whether events wait for others. */
    public boolean gathers() {
      return correlate != null || debounce != null;
    }

    /** Whether it is for the same events as another: what is asked of them may differ. */
    public boolean waitsAs(Trigger other) {
      return other != null
          && eventTypes.equals(other.eventTypes)
          && filters.equals(other.filters)
          && Objects.equals(correlate, other.correlate)
          && Objects.equals(debounce, other.debounce);
    }
  }

  /**
   * What must come with what makes it due.
   *
   * @param payload {@code required}, {@code optional} or {@code forbidden}
   * @param required members of the payload
   * @param optional others that its author expects; named for readers
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
   * @throws io.mirrorneuron.model.MnException INVALID when the only time at which it is due has
   *     passed, by more than its grace
   */
  public void requireAhead(long now) {
    if (runAt != null) {
      WrittenTime.requireAhead("schedule.run_at", runAt, now - missedGraceMs, now);
    }
  }

  /** Whether its policy has a time made up for that was missed. */
  public boolean makesUpFor(long at, long now) {
    return missedPolicy != MissedPolicy.SKIP
        && (catchupWithinMs == null || at >= now - catchupWithinMs);
  }

  /** Whether what makes it due is the body of the first messages of its jobs. */
  public boolean handsOver() {
    return kind == Kind.EVENT || !parameterized.isEmpty();
  }

  /** Whether it ends with the first job. */
  public boolean isOnce() {
    return kind == Kind.DELAYED || kind == Kind.RESOURCE_WAIT;
  }
}
