package io.mirrorneuron.security.jwt;

import io.mirrorneuron.security.Principal;
import io.vertx.core.Future;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Tokens that were found good, by their hash, so that a signature is not computed for each request.
 * Bounded in number and time; the oldest goes first. Thread-safe.
 */
final class VerifiedTokens {
  private static final int MAX_TOKENS = 10_000;
  private static final Duration MAX_AGE = Duration.ofMinutes(5);

  private record Verified(Future<Principal> principal, Instant until) {}

  private final Map<ByteBuffer, Verified> byHash =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<ByteBuffer, Verified> eldest) {
          return size() > MAX_TOKENS;
        }
      };

  /** Two tokens with one hash cannot be made. */
  static ByteBuffer hash(String token) {
    try {
      byte[] bytes = token.getBytes(StandardCharsets.UTF_8);
      return ByteBuffer.wrap(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JVM has SHA-256", e);
    }
  }

  /** Null when it was never seen, or too long ago. */
  synchronized Future<Principal> find(ByteBuffer hash, Instant now) {
    Verified found = byHash.get(hash);
    if (found == null) {
      return null;
    }
    if (!now.isBefore(found.until)) {
      byHash.remove(hash);
      return null;
    }
    return found.principal;
  }

  /**
   * @param expiry of the token itself
   */
  synchronized void add(ByteBuffer hash, Principal principal, Instant expiry, Instant now) {
    Instant aged = now.plus(MAX_AGE);
    Instant until = aged.isBefore(expiry) ? aged : expiry;
    if (now.isBefore(until)) {
      byHash.remove(hash); // the order is that of the latest check
      byHash.put(hash, new Verified(Future.succeededFuture(principal), until));
    }
  }

  synchronized int size() {
    return byHash.size();
  }
}
