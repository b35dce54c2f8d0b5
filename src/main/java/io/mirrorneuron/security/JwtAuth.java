package io.mirrorneuron.security;

import io.mirrorneuron.config.Config;
import io.mirrorneuron.config.ConfigException;
import io.mirrorneuron.config.JwtSettings;
import io.mirrorneuron.model.MnException;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Clock;
import java.time.Instant;
import java.util.List;

/**
 * Knows callers by the tokens of an issuer: JWTs (RFC 7519) after {@code Authorization: Bearer}.
 * One serves all doors; thread-safe.
 *
 * <p>Which algorithms and keys count is never the token's to say: both are configured, and the
 * token's header only chooses among them.
 */
public final class JwtAuth implements Auth {
  private static final String SCHEME = "Bearer ";
  private static final int MAX_LENGTH = 8 << 10;

  private final JwtSettings settings;
  private final Clock clock;
  private final KeySource keys;
  private final ClaimRules rules;

  private JwtAuth(JwtSettings settings, Clock clock, KeySource keys) {
    this.settings = settings;
    this.clock = clock;
    this.keys = keys;
    this.rules = new ClaimRules(settings);
  }

  /**
   * Reads the key file, or begins to fetch the keys; an address that is away delays no start. Ends
   * with Vert.x.
   *
   * @param settings that are on
   * @throws ConfigException with everything that is wrong with the key file
   */
  public static JwtAuth open(JwtSettings settings, Vertx vertx, Clock clock) {
    if (settings.keyFile() == null) {
      return new JwtAuth(settings, clock, FetchedKeys.of(vertx, settings, clock));
    }
    KeyFile file = KeyFile.read(settings);
    if (!file.faults().isEmpty()) {
      throw new ConfigException(file.faults());
    }
    KeySet keys = new KeySet(file.keys().stream().map(key -> VerifyingKey.of(vertx, key)).toList());
    return new JwtAuth(settings, clock, KeySource.fixed(keys));
  }

  /** What {@link #open} would find wrong, one sentence each. */
  public static List<String> faults(Config config) {
    JwtSettings settings = config.jwt();
    return settings.isOn() && settings.keyFile() != null
        ? KeyFile.read(settings).faults()
        : List.of();
  }

  @Override
  public Future<Principal> authenticate(String authorization) {
    if (authorization == null || !authorization.startsWith(SCHEME)) {
      return NOBODY_ENTERS.authenticate(authorization);
    }
    String text = authorization.substring(SCHEME.length());
    if (text.length() > MAX_LENGTH) {
      return Future.failedFuture(
          Auth.unauthenticated("the bearer token is longer than " + MAX_LENGTH + " characters"));
    }
    Future<Principal> known = keys.current().verified().find(text, clock.instant());
    return known != null ? known : examine(text);
  }

  private Future<Principal> examine(String text) {
    try {
      Token token = Token.parse(text, settings.algorithms());
      Instant expiry = ClaimRules.expiry(token);
      KeySet now = keys.current();
      VerifyingKey key = now.keyOf(token);
      return key != null
          ? verify(token, key, now, text, expiry)
          : keys.renewed().compose(renewed -> tryAgain(token, renewed, text, expiry));
    } catch (MnException refused) {
      return Future.failedFuture(refused);
    }
  }

  private Future<Principal> tryAgain(Token token, KeySet renewed, String text, Instant expiry) {
    Future<Principal> known = renewed.verified().find(text, clock.instant());
    if (known != null) { // many waited with the same token
      return known;
    }
    VerifyingKey key = renewed.keyOf(token);
    return key != null
        ? verify(token, key, renewed, text, expiry)
        : Future.failedFuture(
            Auth.unauthenticated("the token is signed with a key (kid) that is not known here"));
  }

  private Future<Principal> verify(
      Token token, VerifyingKey key, KeySet set, String text, Instant expiry) {
    return key.verify(token)
        .transform(
            checked -> {
              if (checked.failed()) {
                return Future.failedFuture(Auth.unauthenticated("the token's signature is wrong"));
              }
              Instant now = clock.instant();
              Principal principal = rules.principal(token, now);
              set.verified().add(text, principal, expiry, now);
              return Future.succeededFuture(principal);
            });
  }
}
