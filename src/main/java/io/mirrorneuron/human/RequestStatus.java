package io.mirrorneuron.human;

import java.util.Locale;
import java.util.Set;

/**
 * How a request to people stands. One that was closed is open again when it is asked anew with
 * other words; nothing follows the end of its run.
 */
public enum RequestStatus {
  PENDING,
  /** One person has it. */
  CLAIMED,
  /** It is due, and nobody has closed it yet. */
  OVERDUE,
  /** Somebody has decided, or its default counts. */
  ANSWERED,
  /** It was due, and had no default. */
  TIMED_OUT,
  /** The run ended first. */
  RUN_OVER;

  /** What it may be next; {@code docs/states.md} draws this. */
  public Set<RequestStatus> next() {
    return switch (this) {
      case PENDING -> Set.of(CLAIMED, OVERDUE, ANSWERED, TIMED_OUT, RUN_OVER);
      case CLAIMED -> Set.of(PENDING, OVERDUE, ANSWERED, TIMED_OUT, RUN_OVER);
      case OVERDUE -> Set.of(PENDING, CLAIMED, ANSWERED, TIMED_OUT, RUN_OVER);
      case ANSWERED -> Set.of(PENDING, CLAIMED, OVERDUE);
      case TIMED_OUT -> Set.of(PENDING, CLAIMED, OVERDUE, ANSWERED);
      case RUN_OVER -> Set.of();
    };
  }

  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
