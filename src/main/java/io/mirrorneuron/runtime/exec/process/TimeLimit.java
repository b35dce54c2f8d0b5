package io.mirrorneuron.runtime.exec.process;

import io.mirrorneuron.runtime.exec.workspace.ExecutorSettings;
import io.mirrorneuron.runtime.exec.workspace.Workspaces.NotStarted;
import io.mirrorneuron.runtime.port.Execution;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;

/**
 * Time limit of a program.
 *
 * @param words names the limit in the error of a program that exceeded it
 */
public record TimeLimit(Deadline deadline, String words) {

  /** The node's limit, counted from now, or the end of its step, whichever is earlier. */
  public static TimeLimit of(Execution execution, ExecutorSettings settings, Instant now)
      throws NotStarted {
    Deadline own = Deadline.in(settings.timeout());
    String end = execution.workflow().path("deadline_at").asText("");
    if (!end.isEmpty()) {
      Deadline step = Deadline.in(Duration.between(now, time(end)));
      if (own.isNever() || step.remainingNanos() < own.remainingNanos()) {
        return new TimeLimit(
            step, "the time of step %s was over at %s".formatted(execution.stepId(), end));
      }
    }
    return new TimeLimit(
        own, own.isNever() ? "" : "timeout_seconds is " + seconds(settings.timeout()));
  }

  private static Instant time(String text) throws NotStarted {
    try {
      return Instant.parse(text);
    } catch (DateTimeParseException e) {
      throw new NotStarted("workflow.deadline_at is not a time: " + text, e);
    }
  }

  private static String seconds(Duration time) {
    return new java.math.BigDecimal(time.toMillis())
        .movePointLeft(3)
        .stripTrailingZeros()
        .toPlainString();
  }

  /**
   * A point on the machine's monotonic clock. Only its difference to now has a meaning.
   *
   * @param nanos as {@link System#nanoTime} counts
   */
  public record Deadline(long nanos, boolean isNever) {
    private static final Duration LONGEST = Duration.ofDays(36_500);

    public static final Deadline NEVER = new Deadline(0, true);

    /**
     * @param time from now; null or more than 100 years means never
     */
    public static Deadline in(Duration time) {
      return after(System.nanoTime(), time);
    }

    /**
     * @param begin as {@link System#nanoTime} counts
     * @param time from {@code begin}; null or more than 100 years means never
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
}
