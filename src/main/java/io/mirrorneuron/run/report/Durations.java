package io.mirrorneuron.run.report;

import com.fasterxml.jackson.databind.node.ArrayNode;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;

/** How long named things took, told by their begins and ends or by how long they say they took. */
final class Durations {
  private static final int SHOWN = 5;
  private static final int MOST = 10_000;

  private final Map<String, Instant> open = new HashMap<>();
  private final Map<String, Long> millis = new HashMap<>();

  /** The first begin counts: what is tried again has taken the time of all tries. */
  void began(String name, Instant at) {
    if (at != null && !name.isEmpty() && open.size() < MOST) {
      open.putIfAbsent(name, at);
    }
  }

  /** Ends what began; without a begin it has taken no time that is known. */
  void ended(String name, Instant at) {
    Instant begin = open.remove(name);
    if (begin != null && at != null) {
      took(name, Duration.between(begin, at).toMillis());
    }
  }

  void took(String name, long duration) {
    if (!name.isEmpty() && duration >= 0 && millis.size() < MOST) {
      millis.merge(name, duration, Long::sum);
    }
  }

  /** Takes over what is not told here. */
  void addAbsent(Durations others) {
    others.millis.forEach(millis::putIfAbsent);
  }

  boolean isEmpty() {
    return millis.isEmpty();
  }

  /** Adds {@code {<member>, duration_ms}} of the slowest, slowest first. */
  void write(ArrayNode list, String member) {
    millis.entrySet().stream()
        .sorted(
            Comparator.comparing(Map.Entry<String, Long>::getValue)
                .reversed()
                .thenComparing(Map.Entry::getKey))
        .limit(SHOWN)
        .forEach(
            span ->
                list.addObject().put(member, span.getKey()).put("duration_ms", span.getValue()));
  }
}
