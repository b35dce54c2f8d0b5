package io.mirrorneuron.runtime.exec.process;

import java.time.Duration;

/**
 * A point on the machine's monotonic clock. Only differences to now have a meaning.
 *
 * @param nanos as {@link System#nanoTime} counts them
 */
public record Deadline(long nanos, boolean isNever) {
  private static final Duration LONGEST = Duration.ofDays(36_500);

  public static final Deadline NEVER = new Deadline(0, true);

  /**
   * @param time from now; null or more than a machine's life means never
   */
  public static Deadline in(Duration time) {
    return after(System.nanoTime(), time);
  }

  /**
   * @param begin as {@link System#nanoTime} counts
   * @param time from then; null or more than a machine's life means never
   */
  static Deadline after(long begin, Duration time) {
    return time == null || time.compareTo(LONGEST) > 0
        ? NEVER
        : new Deadline(begin + time.toNanos(), false);
  }

  public boolean isPast() {
    return remainingNanos() <= 0;
  }

  long remainingNanos() {
    return isNever ? Long.MAX_VALUE : nanos - System.nanoTime();
  }

  static Deadline earliest(Deadline... deadlines) {
    Deadline first = NEVER;
    for (Deadline deadline : deadlines) {
      if (first.isNever || (!deadline.isNever && deadline.nanos - first.nanos < 0)) {
        first = deadline;
      }
    }
    return first;
  }
}
