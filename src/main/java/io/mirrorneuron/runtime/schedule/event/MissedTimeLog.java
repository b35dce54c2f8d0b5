package io.mirrorneuron.runtime.schedule.event;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Logs times at which schedules made no job, or a late one, and counts them since this server's
 * start. Thread-safe.
 */
public final class MissedTimeLog {
  /** Times passed while no server could act; some jobs may be caught up. */
  public static final String MISSED = "schedule_missed";

  /** Times passed while the schedule was paused. */
  public static final String SKIPPED = "schedule_skipped";

  /** An earlier job still ran. */
  public static final String BLOCKED = "schedule_blocked";

  /** A job waits for a person and will block the next time. */
  public static final String HELD_UP = "schedule_held_up";

  private static final String FAILED = "schedule_dispatch_failed";

  private static final Logger LOG = LoggerFactory.getLogger(MissedTimeLog.class);

  private final Map<String, LongAdder> counts = new ConcurrentSkipListMap<>();

  public MissedTimeLog() {
    for (String outcome : new String[] {"missed", "made_up", "skipped", "blocked", "failed"}) {
      counts.put(outcome, new LongAdder());
    }
  }

  /** Counts since the start, by outcome. */
  public Map<String, Long> counts() {
    Map<String, Long> now = new TreeMap<>();
    counts.forEach((outcome, count) -> now.put(outcome, count.sum()));
    return now;
  }

  /** Notes an event that this server has published for the first time. */
  public void note(RuntimeEvent event) {
    Map<String, Object> reported = event.payload();
    switch (event.type()) {
      case MISSED -> missed(reported);
      case SKIPPED -> {
        count("skipped", number(reported, "skipped"));
        LOG.warn(
            "{}: {} skipped, the last at {}: {}",
            name(reported),
            times(number(reported, "skipped")),
            reported.get("scheduled_for"),
            reported.get("why"));
      }
      case BLOCKED -> {
        count("blocked", 1);
        LOG.warn(
            "{}: the time {} is blocked: {}",
            name(reported),
            reported.get("scheduled_for"),
            reported.get("why"));
      }
      case HELD_UP ->
          LOG.warn(
              "{}: the time {} will be blocked unless somebody answers before: {}",
              name(reported),
              reported.get("scheduled_for"),
              reported.get("why"));
      case FAILED -> {
        count("failed", 1);
        LOG.warn(
            "{}: no job could be made for {}: {}",
            name(reported),
            reported.get("scheduled_for"),
            reported.get("error"));
      }
      default -> {
        // no missed time
      }
    }
  }

  private void missed(Map<String, Object> reported) {
    long missed = number(reported, "missed");
    long madeUp = number(reported, "made_up");
    count("missed", missed);
    count("made_up", madeUp);
    LOG.warn(
        "{}: {} passed from {} to {} while nobody could act on {}; {}",
        name(reported),
        times(missed + madeUp),
        reported.get("first_due"),
        reported.get("scheduled_for"),
        missed + madeUp == 1 ? "it" : "them",
        madeUp == 0
            ? "no job makes up for that: its missed_policy is skip, or the time after was due just now"
            : madeUp == 1
                ? "one job makes up for that now"
                : madeUp + " jobs make up for that now");
  }

  private static String times(long count) {
    return count == 1 ? "one time" : count + " times";
  }

  private void count(String outcome, long more) {
    counts.get(outcome).add(more);
  }

  private static long number(Map<String, Object> reported, String name) {
    return reported.get(name) instanceof Number number ? number.longValue() : 0;
  }

  private static String name(Map<String, Object> reported) {
    Object id = reported.get("schedule_id");
    Object name = reported.get("schedule_name");
    return name == null ? "schedule " + id : "schedule %s (%s)".formatted(name, id);
  }
}
