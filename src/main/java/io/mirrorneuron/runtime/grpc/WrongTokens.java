package io.mirrorneuron.runtime.grpc;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.runtime.join.ClusterJoin.Invitation;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Slows down guesses of the join token: each consecutive wrong one of an address doubles the delay
 * of the answer and of the next check. Thread-safe.
 */
final class WrongTokens {
  static final long FIRST_MS = 100;
  static final long LONGEST_MS = 3_200;

  /** With the longest delay it is below the six seconds of REST's timeout. */
  static final long PATIENCE_MS = 2_500;

  /** Time without a wrong token after which an address starts afresh. */
  static final long FORGOTTEN_MS = 600_000;

  /** Most addresses; beyond that the least recently seen start afresh. */
  private static final int MOST_ADDRESSES = 10_000;

  /**
   * @param count in a row
   * @param until no token of the address is checked before
   */
  private record Guesses(int count, long until) {}

  /**
   * @param seen whether the token was checked
   * @param waits milliseconds until it may be checked, or before the answer to a wrong one; 0 for a
   *     right one
   * @param found the matching invitation; else null
   */
  record Look(boolean seen, long waits, Invitation found) {
    boolean isRight() {
      return found != null;
    }
  }

  /** Waits on the calling thread. */
  @FunctionalInterface
  interface Pause {
    void of(long milliseconds) throws InterruptedException;
  }

  private final LongSupplier ticks;
  private final Pause pause;
  private final Cache<String, Guesses> known;

  /** Uses the real clock; blocks the calling thread. */
  static WrongTokens guard() {
    return new WrongTokens(
        () -> TimeUnit.NANOSECONDS.toMillis(System.nanoTime()), TimeUnit.MILLISECONDS::sleep);
  }

  /**
   * @param ticks monotonic milliseconds
   */
  WrongTokens(LongSupplier ticks, Pause pause) {
    this.ticks = ticks;
    this.pause = pause;
    this.known =
        Caffeine.newBuilder()
            .maximumSize(MOST_ADDRESSES)
            .expireAfterWrite(Duration.ofMillis(FORGOTTEN_MS))
            .ticker(() -> TimeUnit.MILLISECONDS.toNanos(ticks.getAsLong()))
            .build();
  }

  /**
   * Returns for a right token, as soon as it may be checked. Blocking.
   *
   * @param right valid invitations
   * @param source the caller's address
   * @throws MnException UNAUTHENTICATED when it is wrong; EXHAUSTED when it was not checked, after
   *     too many wrong ones of the address
   */
  Invitation check(List<Invitation> right, String token, String source) {
    return await(look(right, token, source), right, token, source);
  }

  /** Continues after a first look. */
  Invitation await(Look first, List<Invitation> right, String token, String source) {
    long givenUp = ticks.getAsLong() + PATIENCE_MS;
    Look look = first;
    while (!look.seen) {
      if (ticks.getAsLong() + look.waits > givenUp) {
        throw tooMany(look.waits);
      }
      await(look.waits);
      look = look(right, token, source);
    }
    if (look.waits > 0) {
      await(look.waits);
      throw new MnException(
          ErrorCode.UNAUTHENTICATED, "unauthenticated", "valid MN_NETWORK_JOIN_TOKEN is required");
    }
    return look.found;
  }

  /** Checks the token if the delay has passed; does not wait. A wrong one counts. */
  synchronized Look look(List<Invitation> right, String token, String source) {
    long now = ticks.getAsLong();
    Guesses before = known.getIfPresent(source);
    if (before != null && before.until > now) {
      return new Look(false, before.until - now, null);
    }
    Invitation found = null;
    for (Invitation one : right) { // compares all of them: constant time
      found = one.token().matches(token) ? one : found;
    }
    if (found != null) {
      known.invalidate(source);
      return new Look(true, 0, found);
    }
    int count = before == null ? 1 : before.count + 1;
    long delay = Math.min(FIRST_MS << Math.min(count - 1, 10), LONGEST_MS);
    known.put(source, new Guesses(count, now + delay));
    return new Look(true, delay, null);
  }

  private void await(long milliseconds) {
    try {
      pause.of(milliseconds);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw MnException.unavailable("this server is closing", e);
    }
  }

  private static MnException tooMany(long wait) {
    return new MnException(
            ErrorCode.EXHAUSTED,
            "too_many_wrong_tokens",
            "too many wrong join tokens came from this address; wait before the next")
        .withRetryAfter(wait);
  }
}
