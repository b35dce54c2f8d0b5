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
 * Slows down who guesses the join token: each wrong one of an address in a row makes the answer,
 * and the next look at a token from there, wait twice as long. Thread-safe.
 */
final class WrongTokens {
  static final long FIRST_MS = 100;
  static final long LONGEST_MS = 3_200;

  /** With the longest delay it is less than the six seconds after which REST gives a call up. */
  static final long PATIENCE_MS = 2_500;

  /** After so long without a wrong token an address begins anew. */
  static final long FORGOTTEN_MS = 600_000;

  /** Of more, those that were heard of least recently begin anew. */
  private static final int MOST_ADDRESSES = 10_000;

  /**
   * @param count in a row
   * @param until no token of the address is looked at before
   */
  private record Guesses(int count, long until) {}

  /**
   * @param seen whether the token was looked at
   * @param waits milliseconds: until it may be, or before the answer to a wrong one; 0 for a right
   *     one
   * @param found the right one; else null
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

  /** By the time of this process; it blocks the thread that asks. */
  static WrongTokens guard() {
    return new WrongTokens(
        () -> TimeUnit.NANOSECONDS.toMillis(System.nanoTime()), TimeUnit.MILLISECONDS::sleep);
  }

  /**
   * @param ticks milliseconds that never go back
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
   * Returns when the token is a right one, as soon as it may be looked at.
   *
   * @param right those that are
   * @param source the address that it came from
   * @throws MnException UNAUTHENTICATED when it is wrong; EXHAUSTED when too many of the address
   *     came before, and it was not looked at
   */
  Invitation check(List<Invitation> right, String token, String source) {
    return await(look(right, token, source), right, token, source);
  }

  /**
   * The same once it was looked for the first time.
   *
   * @param first what came of that
   */
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

  /** Looks at it, if that may be; does not wait. A wrong one counts. */
  synchronized Look look(List<Invitation> right, String token, String source) {
    long now = ticks.getAsLong();
    Guesses before = known.getIfPresent(source);
    if (before != null && before.until > now) {
      return new Look(false, before.until - now, null);
    }
    Invitation found = null;
    for (Invitation one : right) { // all of them, so that time does not tell which
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
