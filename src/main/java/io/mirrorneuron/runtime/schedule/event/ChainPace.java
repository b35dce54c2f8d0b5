package io.mirrorneuron.runtime.schedule.event;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.mirrorneuron.wire.Json;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/**
 * Rate limit for chains: counts how often a schedule was triggered lately by events that follow
 * from earlier runtime events. Schedules that trigger each other's jobs may fan out; this bounds
 * them. Immutable.
 *
 * @param times of the last minute, oldest first, milliseconds since the epoch
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record ChainPace(List<Long> times) {
  public static final ChainPace NONE = new ChainPace(List.of());

  /** Most triggers within a minute; further ones are blocked. */
  public static final int MOST = 60;

  private static final long MINUTE_MS = 60_000;

  public ChainPace {
    times = times == null ? List.of() : List.copyOf(times);
  }

  /**
   * Whether an event counts: it is a runtime event that follows from another runtime event. Events
   * of jobs made by a person, a program or a clock do not count.
   */
  public static boolean counts(Map<String, Object> event, Map<String, Object> payload) {
    return RuntimeEvent.chainAfter(event, payload) > 1;
  }

  /** Drops times older than a minute, and times in the future after the clock was set back. */
  private ChainPace at(long now) {
    return new ChainPace(
        times.stream().filter(time -> time <= now && time > now - MINUTE_MS).toList());
  }

  /** When the limit has room again; empty when it has room now. */
  public OptionalLong fullUntil(long now) {
    ChainPace latest = at(now);
    return latest.times.size() < MOST
        ? OptionalLong.empty()
        : OptionalLong.of(latest.times.get(latest.times.size() - MOST) + MINUTE_MS);
  }

  /** Why triggers are blocked until then. */
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
