package io.mirrorneuron.gateway.stream;

import io.mirrorneuron.gateway.answer.Problem;
import io.vertx.core.Vertx;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;

/**
 * The expiry of the token that opened a stream. The stream then breaks off; its client continues
 * after its last record with a newer token.
 *
 * @param left time until then; null for never
 */
record TokenExpiry(Duration left) {
  static final Problem PROBLEM = Problem.tokenExpired();

  /** No timer. */
  static final long NONE = -1;

  static TokenExpiry of(Instant expiry, Clock clock) {
    return new TokenExpiry(expiry == null ? null : Duration.between(clock.instant(), expiry));
  }

  /** Runs the action at expiry; cancel the timer when the stream ends earlier. */
  long arm(Vertx vertx, Runnable action) {
    return left == null ? NONE : vertx.setTimer(Math.max(1, left.toMillis()), due -> action.run());
  }
}
