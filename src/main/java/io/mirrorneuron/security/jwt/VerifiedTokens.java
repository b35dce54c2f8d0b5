package io.mirrorneuron.security.jwt;

import io.mirrorneuron.security.Principal;
import io.vertx.core.Future;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A cache of verified tokens, so that no signature is computed for each request. Keyed by their
 * text: a digest would cost more than all the rest of a request's authentication. Bounded in number
 * and time; the oldest goes first. Thread-safe.
 */
final class VerifiedTokens {
  private static final int MAX_TOKENS = 5_000;
  private static final Duration MAX_AGE = Duration.ofMinutes(5);

  private record Verified(Future<Principal> principal, Instant until) {}

  private final Map<String, Verified> byText =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Verified> eldest) {
          return size() > MAX_TOKENS;
        }
      };

  /** Null when it was never seen, or too long ago. */
  synchronized Future<Principal> find(String token, Instant now) {
    Verified found = byText.get(token);
    if (found == null) {
      return null;
    }
    if (!now.isBefore(found.until)) {
      byText.remove(token);
      return null;
    }
    return found.principal;
  }

  /**
   * @param expiry of the token itself
   */
  synchronized void add(String token, Principal principal, Instant expiry, Instant now) {
    Instant aged = now.plus(MAX_AGE);
    Instant until = aged.isBefore(expiry) ? aged : expiry;
    if (now.isBefore(until)) {
      byText.remove(token); // the order is that of the latest check
      byText.put(token, new Verified(Future.succeededFuture(principal), until));
    }
  }

  synchronized int size() {
    return byText.size();
  }
}
