package io.mirrorneuron.area.runs;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.vertx.core.buffer.Buffer;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;

/**
 * Numbers the states of lists that are made of what several nodes tell, for those who follow them.
 * A number is a time in milliseconds, so that the next one is greater at every node. Thread-safe.
 */
final class SeenLists {
  /** Longer than a follower stays away. */
  private static final Duration KEPT = Duration.ofMinutes(2);

  private static final int MOST = 200;

  private final Clock clock;
  private final Cache<Map<String, Object>, Seen> seen =
      Caffeine.newBuilder().expireAfterAccess(KEPT).maximumSize(MOST).build();

  private record Seen(Buffer page, long seq) {}

  SeenLists(Clock clock) {
    this.clock = clock;
  }

  /**
   * The number of a page: a greater one whenever it is another than before.
   *
   * @param question what was asked
   */
  long seq(Map<String, Object> question, Buffer page) {
    return seen.asMap()
        .compute(
            question,
            (asked, before) ->
                before == null
                    ? new Seen(page, clock.millis())
                    : before.page.equals(page)
                        ? before
                        : new Seen(page, Math.max(clock.millis(), before.seq + 1)))
        .seq;
  }
}
