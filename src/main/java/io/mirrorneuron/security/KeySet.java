package io.mirrorneuron.security;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.mirrorneuron.config.JwtSettings.JwtAlgorithm;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.security.Auth.Principal;
import io.vertx.core.Future;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * The keys that count at a time, and the tokens that were verified with them: when keys change, all
 * tokens are verified again.
 */
final class KeySet {
  private final List<VerifyingKey> keys;
  private final VerifiedTokens verified = new VerifiedTokens();

  KeySet(List<VerifyingKey> keys) {
    this.keys = List.copyOf(keys);
  }

  VerifiedTokens verified() {
    return verified;
  }

  /**
   * The key that the token names; a key without a name stands for any. A token need not name one
   * where only one can be meant.
   *
   * @return null when there is none
   * @throws MnException UNAUTHENTICATED when the token leaves open which one is meant
   */
  VerifyingKey keyOf(Token token) {
    List<VerifyingKey> fitting =
        keys.stream().filter(key -> key.algorithm() == token.algorithm()).toList();
    if (token.keyId() != null) {
      for (VerifyingKey key : fitting) {
        if (token.keyId().equals(key.id())) {
          return key;
        }
      }
      fitting = fitting.stream().filter(key -> key.id() == null).toList();
    }
    if (fitting.size() > 1) {
      throw Auth.unauthenticated("the token must name its key (kid): several fit");
    }
    return fitting.isEmpty() ? null : fitting.getFirst();
  }

  /**
   * A cache of verified tokens, so that no signature is computed for each request. Keyed by their
   * text: a digest would cost more than all the rest of a request's authentication. Bounded in
   * number and time. Thread-safe.
   */
  static final class VerifiedTokens {
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

  /**
   * A key for one algorithm.
   *
   * @param id what tokens call it (kid), or null
   */
  record NamedKey(String id, JwtAlgorithm algorithm, KeyMaterial material) {}
}
