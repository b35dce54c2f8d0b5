package io.mirrorneuron.runtime.schedule.event;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.mirrorneuron.wire.Json;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/**
 * How often a schedule was made due lately by what its own kind has led to: events of jobs, or of
 * schedules, that an earlier event had made. Schedules that wait for each other's jobs make rows of
 * them that end, but may fan out on the way; this bounds how many there are at a time. Immutable.
 *
 * @param times of the last minute, oldest first, in milliseconds since the epoch
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record ChainPace(List<Long> times) {
  public static final ChainPace NONE = new ChainPace(List.of());

  /** So many within a minute; others are blocked. */
  public static final int MOST = 60;

  private static final long MINUTE_MS = 60_000;

  public ChainPace {
    times = times == null ? List.of() : List.copyOf(times);
  }

  /**
   * Whether this counts: the event was told by the runtime and follows from another one that was.
   * What follows from a job that a person, a program or a clock has made does not.
   */
  public static boolean counts(Map<String, Object> event, Map<String, Object> payload) {
    return RuntimeEvent.chainAfter(event, payload) > 1;
  }

  /** The same without what is longer ago than a minute, or comes later on a clock set back. */
  private ChainPace at(long now) {
    return new ChainPace(
        times.stream().filter(time -> time <= now && time > now - MINUTE_MS).toList());
  }

  /** When there is room again; empty when there is now. */
  public OptionalLong fullUntil(long now) {
    ChainPace latest = at(now);
    return latest.times.size() < MOST
        ? OptionalLong.empty()
        : OptionalLong.of(latest.times.get(latest.times.size() - MOST) + MINUTE_MS);
  }

  /** Why nothing more is taken in until then. */
  public static String words(long until) {
    return ("it was due %d times within a minute for events of jobs that were made for events, as in"
            + " a circle of schedules; until %s more of them are blocked")
        .formatted(MOST, Json.timestamp(Instant.ofEpochMilli(until)));
  }

  public ChainPace and(long now) {
    List<Long> all = new ArrayList<>(at(now).times);
    all.add(now);
    return new ChainPace(all);
  }
}
