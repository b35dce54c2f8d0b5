package io.mirrorneuron.gateway.stream;

import io.mirrorneuron.gateway.answer.Problem;
import io.vertx.core.Vertx;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;

/**
 * The moment at which the token that opened a stream expires. The stream then breaks off, and its
 * client continues with a newer token behind the last record it has.
 *
 * @param left until then; null for never
 */
record TokenEnd(Duration left) {
  static final Problem PROBLEM = Problem.tokenExpired();

  /** No timer. */
  static final long NONE = -1;

  static TokenEnd of(Instant expiry, Clock clock) {
    return new TokenEnd(expiry == null ? null : Duration.between(clock.instant(), expiry));
  }

  /** Runs the action then; the timer is to be cancelled when the stream ends by itself. */
  long arm(Vertx vertx, Runnable action) {
    return left == null ? NONE : vertx.setTimer(Math.max(1, left.toMillis()), due -> action.run());
  }
}
