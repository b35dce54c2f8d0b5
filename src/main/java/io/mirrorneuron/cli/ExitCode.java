package io.mirrorneuron.cli;

import io.mirrorneuron.JobOutcome;
import io.mirrorneuron.model.ErrorCode;

/** What the exit status of a client command means. */
public final class ExitCode {
  public static final int OK = 0;
  public static final int FAILED = 1;
  public static final int USAGE = 2;
  public static final int JOB_FAILED = 3;
  public static final int JOB_CANCELLED = 4;
  public static final int NOT_FOUND = 5;
  public static final int UNREACHABLE = 6;
  public static final int TIMEOUT = 124;

  private ExitCode() {}

  public static int of(ErrorCode code) {
    return switch (code) {
      case NOT_FOUND -> NOT_FOUND;
      case UNAVAILABLE -> UNREACHABLE;
      case TIMEOUT -> TIMEOUT;
      default -> FAILED;
    };
  }

  public static int of(JobOutcome outcome) {
    if (outcome.isFailed()) {
      return JOB_FAILED;
    }
    return outcome.isCancelled() ? JOB_CANCELLED : OK;
  }
}
