package io.mirrorneuron.api;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/** How long a caller still waits for a server that is away. Pauses double, and half of each is chance. */
final class Patience {
  private static final double LONGEST = 10;
  private static final int TOO_MANY = 429;

  private final String what;
  private final Duration limit;
  private int failures;
  private long lostAt;
  private boolean isLost;

  Patience(String what, Duration limit) {
    this.what = what;
    this.limit = limit;
  }

  /** The server answered: patience begins anew, while pauses stay long until a record comes. */
  void connected() {
    isLost = false;
  }

  void gotOn() {
    failures = 0;
  }

  /** Rests before the next try; throws the failure where the server's word is final. */
  void lost(Exception cause) {
    lost(cause, limit);
  }

  /** The same for who does not rest longer than that in any case. */
  void lost(Exception cause, Duration longest) {
    Duration pause = backoff(failures++);
    if (cause instanceof ProblemException problem) {
      if (problem.status() < 500 && problem.status() != TOO_MANY) {
        throw problem;
      }
      Duration asked = problem.retryAfter().orElse(Duration.ZERO);
      pause = asked.compareTo(pause) > 0 ? asked : pause;
    }
    long now = System.nanoTime();
    if (!isLost) {
      isLost = true;
      lostAt = now;
    }
    Duration left = limit.minusNanos(now - lostAt);
    if (left.isNegative() || left.isZero() || Connection.isHopeless(cause)) {
      throw new ConnectionLostException(what, cause);
    }
    left = left.compareTo(longest) < 0 ? left : longest;
    Connection.rest(left.compareTo(pause) < 0 ? left : pause); // the last try is at the end of patience
  }

  static Duration backoff(int attempt) {
    double longest = Math.min(LONGEST, 0.25 * Math.pow(2, Math.min(attempt, 10)));
    double seconds = longest / 2 + ThreadLocalRandom.current().nextDouble(longest / 2);
    return Duration.ofMillis(Math.round(seconds * 1000));
  }
}
