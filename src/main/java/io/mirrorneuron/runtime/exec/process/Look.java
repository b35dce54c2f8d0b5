package io.mirrorneuron.runtime.exec.process;

import java.time.Duration;

/** When to look again at what sends no notice: soon at first, then ever less often. */
final class Look {
  private static final Duration SLOWEST_LOOK = Duration.ofMillis(20);
  private static final Duration COMPLAINT = Duration.ofSeconds(30);

  private Duration pause = Duration.ofMillis(1);
  private Deadline complaint = Deadline.in(COMPLAINT);

  Deadline next(boolean needed) {
    if (!needed) {
      return Deadline.NEVER;
    }
    Deadline deadline = Deadline.in(pause);
    pause = isSlow() ? SLOWEST_LOOK : pause.multipliedBy(2);
    return deadline;
  }

  /** True once per period of waiting after which a log line is due. */
  boolean isOverdue() {
    boolean overdue = complaint.isPast();
    if (overdue) {
      complaint = Deadline.in(COMPLAINT);
    }
    return overdue;
  }

  boolean isSlow() {
    return pause.compareTo(SLOWEST_LOOK) >= 0;
  }
}
