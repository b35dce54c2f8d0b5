package io.mirrorneuron.cli;

import io.mirrorneuron.JobOutcome;
import io.mirrorneuron.model.ErrorCode;

/** What the exit status of a client command means. */
final class ExitCode {
  static final int OK = 0;
  static final int FAILED = 1;
  static final int USAGE = 2;
  static final int JOB_FAILED = 3;
  static final int JOB_CANCELLED = 4;
  static final int NOT_FOUND = 5;
  static final int UNREACHABLE = 6;
  static final int TIMEOUT = 124;

  private ExitCode() {}

  static int of(ErrorCode code) {
    return switch (code) {
      case NOT_FOUND -> NOT_FOUND;
      case UNAVAILABLE -> UNREACHABLE;
      case TIMEOUT -> TIMEOUT;
      default -> FAILED;
    };
  }

  static int of(JobOutcome outcome) {
    if (outcome.isFailed()) {
      return JOB_FAILED;
    }
    return outcome.isCancelled() ? JOB_CANCELLED : OK;
  }
}
