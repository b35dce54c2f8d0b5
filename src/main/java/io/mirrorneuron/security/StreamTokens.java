package io.mirrorneuron.security;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.mirrorneuron.config.Secret;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.security.Auth.Principal;
import io.mirrorneuron.security.Auth.Role;
import io.mirrorneuron.wire.Json;
import io.vertx.core.Future;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Tokens that are good for the streams of one run and for some minutes, for clients that can put a
 * token into an address only. A token says which run, whose name and until when, signed with a key
 * that follows from the secrets of the server: nothing is kept of it, and servers with the same
 * secrets know each other's. Thread-safe.
 */
public final class StreamTokens {
  /** The query parameter in which a token stands. */
  public static final String PARAMETER = "token";

  static final Duration LIFE = Duration.ofMinutes(5);

  private static final String SCHEME = "Bearer ";
  private static final String PREFIX = "mnst1.";
  private static final byte[] PURPOSE = "mirror-neuron:stream-token".getBytes(UTF_8);
  private static final int KEY_BYTES = 32;

  private final byte[] key;
  private final Clock clock;

  private StreamTokens(byte[] key, Clock clock) {
    this.key = key;
    this.clock = clock;
  }

  /**
   * @param secrets of the server; while none of them is set no other process knows the tokens
   */
  public static StreamTokens of(List<Secret> secrets, Clock clock) {
    String joined =
        secrets.stream().map(one -> Json.write(one.value())).collect(Collectors.joining(","));
    byte[] material = joined.getBytes(UTF_8);
    if (secrets.stream().noneMatch(Secret::isSet)) {
      material = new byte[KEY_BYTES];
      new SecureRandom().nextBytes(material);
    }
    return new StreamTokens(StandardWebhooks.hmac(material, PURPOSE), clock);
  }

  /**
   * A token that was made.
   *
   * @param expiresAt when it, and the streams that it has opened, end
   */
  public record Issued(String token, Instant expiresAt) {}

  /**
   * @param exp seconds since 1970
   * @param sub the name that the caller's own token vouched for; null for none
   */
  private record Claims(String run, long exp, String sub) {}

  /** A token of this caller; it ends with the caller's own one at the latest. */
  public Issued issue(String runId, Principal caller) {
    Instant end = clock.instant().plus(LIFE).truncatedTo(ChronoUnit.SECONDS);
    if (caller.expiry() != null && caller.expiry().isBefore(end)) {
      end = caller.expiry().truncatedTo(ChronoUnit.SECONDS);
    }
    String claims = encoded(Json.write(new Claims(runId, end.getEpochSecond(), caller.subject())));
    return new Issued(PREFIX + claims + "." + signature(claims), end);
  }

  /** Whether a text has the form of such a token. */
  public static boolean isOne(String token) {
    return token.startsWith(PREFIX);
  }

  /** Knows these tokens, of one run, and whom others know. */
  public Auth of(String runId, Auth others) {
    return authorization -> {
      if (authorization == null || !authorization.startsWith(SCHEME + PREFIX)) {
        return others.authenticate(authorization);
      }
      try {
        return Future.succeededFuture(caller(authorization.substring(SCHEME.length()), runId));
      } catch (MnException refused) {
        return Future.failedFuture(refused);
      }
    };
  }

  /**
   * @throws MnException UNAUTHENTICATED
   */
  private Principal caller(String token, String runId) {
    String[] parts = token.substring(PREFIX.length()).split("\\.", 2);
    boolean isSigned =
        parts.length == 2
            && MessageDigest.isEqual(signature(parts[0]).getBytes(UTF_8), parts[1].getBytes(UTF_8));
    if (!isSigned) {
      throw Auth.unauthenticated("the stream token was not made here, or is damaged");
    }
    Claims claims =
        Json.read(
            new String(Base64.getUrlDecoder().decode(parts[0]), UTF_8), Claims.class, "token");
    Instant end = Instant.ofEpochSecond(claims.exp());
    if (!clock.instant().isBefore(end)) {
      throw new MnException(
          ErrorCode.UNAUTHENTICATED,
          "token_expired",
          "the stream token has ended; ask POST /runs/{run_id}/stream-token for another one");
    }
    if (!claims.run().equals(runId)) {
      throw Auth.unauthenticated("the stream token is for another run");
    }
    return new Principal(claims.sub(), Role.VIEWER, end);
  }

  private String signature(String claims) {
    byte[] code = StandardWebhooks.hmac(key, claims.getBytes(UTF_8));
    return Base64.getUrlEncoder().withoutPadding().encodeToString(code);
  }

  private static String encoded(String text) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(text.getBytes(UTF_8));
  }
}
