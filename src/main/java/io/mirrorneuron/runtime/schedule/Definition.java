package io.mirrorneuron.runtime.schedule;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.mirrorneuron.runtime.schedule.cron.WrittenTime;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What a schedule is to do, as {@link DefinitionReader} makes it of what its author wrote.
 *
 * @param name null for none
 * @param crons of a periodic one; the earliest counts
 * @param runAt of a delayed one, milliseconds since the epoch
 * @param retryIntervalMs of one that waits for room
 * @param catchupLimit how many missed times are made up for at most
 * @param missedGraceMs a time that passed so long ago is missed
 * @param jitterMs a job is made up to so much later, always as much later for one time
 * @param window null for none
 * @param trigger of one for events
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
record Definition(
    Kind kind,
    String name,
    List<String> crons,
    String timezone,
    Long runAt,
    Long retryIntervalMs,
    boolean prohibitOverlap,
    MissedPolicy missedPolicy,
    int catchupLimit,
    long missedGraceMs,
    long jitterMs,
    Window window,
    Trigger trigger,
    Map<String, Object> parameterized,
    Map<String, Object> metadata) {

  Definition {
    crons = crons == null ? List.of() : List.copyOf(crons);
    parameterized = parameterized == null ? Map.of() : parameterized;
    metadata = metadata == null ? Map.of() : metadata;
  }

  enum Kind {
    PERIODIC,
    DELAYED,
    EVENT,
    RESOURCE_WAIT;

    String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  enum MissedPolicy {
    SKIP,
    CATCHUP_ONE,
    CATCHUP_ALL;

    String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * How long its jobs may take.
   *
   * @param cancels whether a job that takes longer is cancelled
   */
  record Window(long durationMs, boolean cancels) {}

  /**
   * Which events it is for.
   *
   * @param eventTypes any of them
   * @param filters what an event must have besides, by path
   */
  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  record Trigger(List<String> eventTypes, Map<String, Object> filters, Demands demands) {
    Trigger {
      eventTypes = eventTypes == null ? List.of() : List.copyOf(eventTypes);
      filters = filters == null ? Map.of() : filters;
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
  record Demands(String payload, List<String> required, List<String> optional) {
    static final Demands NONE = new Demands("optional", List.of(), List.of());

    Demands {
      required = required == null ? List.of() : List.copyOf(required);
      optional = optional == null ? List.of() : List.copyOf(optional);
    }
  }

  /**
   * @throws io.mirrorneuron.model.MnException INVALID when the only time at which it is due has
   *     passed, by more than its grace
   */
  void requireAhead(long now) {
    if (runAt != null) {
      WrittenTime.requireAhead("schedule.run_at", runAt, now - missedGraceMs, now);
    }
  }

  /** Whether what makes it due is the body of the first messages of its jobs. */
  boolean handsOver() {
    return kind == Kind.EVENT || !parameterized.isEmpty();
  }

  /** Whether it ends with the first job. */
  boolean isOnce() {
    return kind == Kind.DELAYED || kind == Kind.RESOURCE_WAIT;
  }
}
