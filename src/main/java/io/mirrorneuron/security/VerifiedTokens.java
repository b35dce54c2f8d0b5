package io.mirrorneuron.security;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.vertx.core.Future;
import java.time.Duration;
import java.time.Instant;

/**
 * A cache of verified tokens, so that no signature is computed for each request. Keyed by their
 * text: a digest would cost more than all the rest of a request's authentication. Bounded in number
 * and time. Thread-safe.
 */
final class VerifiedTokens {
  private static final int MAX_TOKENS = 5_000;
  private static final Duration MAX_AGE = Duration.ofMinutes(5);

  private record Verified(Future<Principal> principal, Instant until) {}

  private final Cache<String, Verified> byText =
      Caffeine.newBuilder().executor(Runnable::run).maximumSize(MAX_TOKENS).build();

  /** Null when it was never seen, or too long ago. */
  Future<Principal> find(String token, Instant now) {
    Verified found = byText.getIfPresent(token);
    if (found == null) {
      return null;
    }
    if (!now.isBefore(found.until)) {
      byText.asMap().remove(token, found);
      return null;
    }
    return found.principal;
  }

  /**
   * @param expiry of the token itself
   */
  void add(String token, Principal principal, Instant expiry, Instant now) {
    Instant aged = now.plus(MAX_AGE);
    Instant until = aged.isBefore(expiry) ? aged : expiry;
    if (now.isBefore(until)) {
      byText.put(token, new Verified(Future.succeededFuture(principal), until));
    }
  }

  long size() {
    byText.cleanUp();
    return byText.estimatedSize();
  }
}
