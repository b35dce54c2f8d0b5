package io.mirrorneuron.security;

import com.fasterxml.jackson.databind.JsonNode;
import io.mirrorneuron.config.Config;
import io.mirrorneuron.config.ConfigException;
import io.mirrorneuron.config.JwtSettings;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.model.UnsafeNameCharacters;
import io.mirrorneuron.security.Auth.Principal;
import io.mirrorneuron.security.Auth.Role;
import io.mirrorneuron.wire.Json;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.RequestOptions;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

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

  /** What the claims of a token must be, and who it speaks for. */
  static final class ClaimRules {
    private static final int MAX_SUBJECT = 255;

    private final JwtSettings settings;
    private final Map<String, Role> roles;
    private final MnException withoutRole;

    ClaimRules(JwtSettings settings) {
      this.settings = settings;
      this.roles = roles(settings.roleNames());
      this.withoutRole =
          new MnException(
              ErrorCode.FORBIDDEN,
              "forbidden",
              "the token gives no role: its claim "
                  + settings.roleClaim()
                  + " has none of "
                  + roles.keySet().stream()
                      .sorted(Comparator.comparing(roles::get))
                      .collect(Collectors.joining(", ")));
    }

    private static Map<String, Role> roles(Map<String, String> names) {
      return names.isEmpty()
          ? Arrays.stream(Role.values()).collect(Collectors.toMap(Role::word, Function.identity()))
          : names.entrySet().stream()
              .collect(Collectors.toMap(Map.Entry::getKey, name -> Role.of(name.getValue())));
    }

    /**
     * When the token expires, by its claim {@code exp}.
     *
     * @throws MnException UNAUTHENTICATED when it does not say, or says no time anywhere it should
     */
    static Instant expiry(Token token) {
      BigDecimal expiry = token.time("exp");
      token.time("nbf");
      token.time("iat");
      if (expiry == null) {
        throw Auth.unauthenticated("the token has no end (exp)");
      }
      return instant(expiry);
    }

    /**
     * Who the token speaks for.
     *
     * @throws MnException UNAUTHENTICATED when it is not for us or not for now; FORBIDDEN when it
     *     gives no role
     */
    Principal principal(Token token, Instant now) {
      Instant end = expiry(token).plus(settings.leeway());
      if (!now.isBefore(end)) {
        throw new MnException(
            ErrorCode.UNAUTHENTICATED, "token_expired", "the token has expired; send a newer one");
      }
      mustBePast(token, "nbf", "the token does not count yet (nbf)", now);
      mustBePast(token, "iat", "the token was made in the future (iat)", now);
      if (!settings.issuer().equals(token.claims().path("iss").textValue())) {
        throw Auth.unauthenticated("the token's issuer (iss) is not the one that is trusted here");
      }
      if (words(token.claims().path("aud")).noneMatch(settings.audience()::equals)) {
        throw Auth.unauthenticated("the token is for somebody else (aud)");
      }
      return new Principal(subject(token), role(token), end);
    }

    private void mustBePast(Token token, String claim, String otherwise, Instant now) {
      BigDecimal time = token.time(claim);
      Duration leeway = settings.leeway();
      if (time != null && instant(time).isAfter(now.plus(leeway))) {
        throw Auth.unauthenticated(otherwise);
      }
    }

    private static Instant instant(BigDecimal seconds) {
      return Instant.ofEpochMilli(
          seconds.movePointRight(3).setScale(0, RoundingMode.DOWN).longValueExact());
    }

    private String subject(Token token) {
      JsonNode claim = at(token, settings.subjectClaim());
      String fault = subjectFault(claim);
      if (fault != null) {
        throw Auth.unauthenticated(
            "the token does not say who it was given to (%s)%s"
                .formatted(settings.subjectClaim(), fault));
      }
      return claim.textValue();
    }

    /** What is wrong with the claim as the end of a sentence, or null. */
    private static String subjectFault(JsonNode claim) {
      if (claim.isMissingNode() || claim.isNull()) {
        return "";
      }
      if (!claim.isTextual()) {
        return ": the claim must be a text";
      }
      String subject = claim.textValue();
      if (subject.isBlank()) {
        return ": the claim is blank";
      }
      if (subject.length() > MAX_SUBJECT) {
        return ": the claim has more than " + MAX_SUBJECT + " characters";
      }
      return UnsafeNameCharacters.areIn(subject)
          ? ": the claim has control characters, marks of the direction of writing, or halves of"
              + " characters"
          : null;
    }

    /** The highest that is known. */
    private Role role(Token token) {
      JsonNode claim = at(token, settings.roleClaim());
      Stream<String> words =
          claim.isTextual() ? Arrays.stream(claim.textValue().split(" ")) : words(claim);
      return words
          .map(roles::get)
          .filter(Objects::nonNull)
          .max(Comparator.naturalOrder())
          .orElseThrow(() -> withoutRole);
    }

    /** A text, or the texts of a list. */
    private static Stream<String> words(JsonNode claim) {
      return claim.isArray()
          ? Json.elements(claim).map(JsonNode::textValue).filter(Objects::nonNull)
          : Stream.ofNullable(claim.textValue());
    }

    /** A claim by its name, which may contain dots, or by the path of names to it. */
    private static JsonNode at(Token token, String path) {
      JsonNode node = token.claims().get(path);
      if (node == null) {
        node = token.claims();
        for (String name : List.of(path.split("\\."))) {
          node = node.path(name);
        }
      }
      return node;
    }
  }

  /**
   * The keys that an issuer shows at an address: fetched at start, then at intervals, and when a
   * token has a key that is not known. One fetch at a time, at least 30 seconds apart: callers with
   * forged tokens must not be able to make this server flood the issuer. Keys stay until a fetch
   * brings others. Thread-safe.
   */
  static final class FetchedKeys implements KeySource {
    private static final Logger log = LoggerFactory.getLogger(FetchedKeys.class);

    /** Least time between two fetches. */
    private static final Duration GAP = Duration.ofSeconds(30);

    private final Vertx vertx;
    private final JwtSettings settings;
    private final Clock clock;
    private final KeyFetch fetch;

    /** All fetches and timers run on it. */
    private final Context home;

    private volatile KeySet current = new KeySet(List.of());

    // Guarded by this.
    private Future<KeySet> flight;
    private Instant begun = Instant.MIN;
    private boolean failing;

    // Only on the home context.
    private Buffer document;
    private long timer = -1;

    private FetchedKeys(Vertx vertx, JwtSettings settings, Clock clock) {
      this.vertx = vertx;
      this.settings = settings;
      this.clock = clock;
      this.fetch = new KeyFetch(vertx, settings.jwksUrl());
      this.home = vertx.getOrCreateContext();
    }

    /** Begins to fetch; does not wait. Ends with Vert.x. */
    static FetchedKeys of(Vertx vertx, JwtSettings settings, Clock clock) {
      FetchedKeys keys = new FetchedKeys(vertx, settings, clock);
      keys.renewed();
      return keys;
    }

    @Override
    public KeySet current() {
      return current;
    }

    @Override
    public Future<KeySet> renewed() {
      Future<KeySet> joined;
      synchronized (this) {
        if (flight == null) {
          Duration wait = waitingTime();
          if (wait.isPositive()) {
            return failing
                ? Future.failedFuture(unavailable(wait))
                : Future.succeededFuture(current);
          }
          begin();
        }
        joined = flight;
      }
      Promise<KeySet> here = Promise.promise();
      Context caller = vertx.getOrCreateContext();
      joined.onComplete(
          (keys, failure) -> caller.runOnContext(back -> here.complete(keys, failure)));
      return here.future();
    }

    /** Time until the next fetch may begin. */
    private Duration waitingTime() {
      Instant now = clock.instant();
      boolean turnedBack = now.isBefore(begun);
      return begun.equals(Instant.MIN) || turnedBack
          ? Duration.ZERO
          : GAP.minus(Duration.between(begun, now));
    }

    private static MnException unavailable(Duration wait) {
      return MnException.unavailable(
              "the key of this token cannot be had: its issuer's keys (auth.jwt.jwks_url) could not"
                  + " be fetched",
              null)
          .withRetryAfter(Math.max(1, wait.toMillis()));
    }

    private void begin() {
      begun = clock.instant();
      Promise<KeySet> landing = Promise.promise();
      flight = landing.future();
      home.runOnContext(
          start ->
              fetch
                  .get()
                  .compose(this::taken)
                  .onComplete(end -> finishFetch(landing, end.cause())));
    }

    /** Reads a document that differs from the last one; reading many keys takes a while. */
    private Future<Void> taken(Buffer fetched) {
      if (fetched.equals(document)) {
        return Future.succeededFuture();
      }
      return vertx
          .executeBlocking(() -> read(fetched))
          .map(
              read -> {
                read.unusable().forEach(why -> log.warn("{}: {}", settings.jwksUrl(), why));
                current =
                    new KeySet(
                        read.keys().stream().map(key -> VerifyingKey.of(vertx, key)).toList());
                document = fetched;
                log.info(
                    "Tokens are checked with {} keys of {}",
                    read.keys().size(),
                    settings.jwksUrl());
                return null;
              });
    }

    private KeyDocument read(Buffer fetched) {
      try {
        return KeyDocument.read(
            fetched.toString(StandardCharsets.UTF_8),
            settings.algorithms(),
            KeyDocument.Origin.ADDRESS);
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException("its answer " + e.getMessage(), e);
      }
    }

    /**
     * @param failure null when the fetch went well
     */
    private void finishFetch(Promise<KeySet> landing, Throwable failure) {
      boolean before;
      synchronized (this) {
        before = failing;
        failing = failure != null;
        flight = null;
      }
      Duration pause = settings.jwksRefresh();
      if (failure != null) {
        pause = pause.compareTo(GAP) < 0 ? pause : GAP;
        if (!before) {
          log.warn(
              "auth.jwt.jwks_url {}: {}; known keys stay, and it is tried again every {} s",
              settings.jwksUrl(),
              failure.getMessage(),
              pause.toSeconds());
        }
      } else if (before) {
        log.info("auth.jwt.jwks_url {} answers again", settings.jwksUrl());
      }
      vertx.cancelTimer(timer);
      timer = vertx.setTimer(Math.max(1, pause.toMillis()), due -> lookAgain());
      if (failure == null) {
        landing.complete(current);
      } else {
        landing.fail(unavailable(GAP));
      }
    }

    private synchronized void lookAgain() {
      if (flight == null) {
        begin();
      }
    }

    /**
     * Gets a small document from an address, within five seconds or not at all. Follows no
     * redirects: only the configured address is trusted.
     */
    static final class KeyFetch {
      private static final Duration PATIENCE = Duration.ofSeconds(5);
      private static final int MAX_BYTES = 1 << 20;

      private final Vertx vertx;
      private final URI address;
      private final HttpClient http;

      KeyFetch(Vertx vertx, URI address) {
        this.vertx = vertx;
        this.address = address;
        this.http =
            vertx
                .httpClientBuilder()
                .with(
                    new HttpClientOptions()
                        .setConnectTimeout((int) PATIENCE.toMillis())
                        .setKeepAlive(false))
                // Who asks is told of it; raw it is nothing for the log.
                .withConnectHandler(connection -> connection.exceptionHandler(wrong -> {}))
                .build();
      }

      /** Fails with a message that ends a sentence. */
      Future<Buffer> get() {
        Promise<Buffer> answer = Promise.promise();
        connect().onSuccess(request -> send(request, answer)).onFailure(answer::tryFail);
        long timer =
            vertx.setTimer(
                PATIENCE.toMillis(),
                late -> answer.tryFail("it did not answer within " + PATIENCE.toSeconds() + " s"));
        return answer.future().onComplete(end -> vertx.cancelTimer(timer));
      }

      private Future<HttpClientRequest> connect() {
        try {
          return http.request(
              new RequestOptions()
                  .setAbsoluteURI(address.toString())
                  .setFollowRedirects(false)
                  .putHeader("Accept", "application/json"));
        } catch (IllegalStateException e) { // Vert.x has begun to close
          return Future.failedFuture(e);
        }
      }

      /** Sends the request; the connection is closed however it ends. */
      private static void send(HttpClientRequest request, Promise<Buffer> answer) {
        answer.future().onFailure(end -> request.reset());
        request.send().onSuccess(response -> receive(response, answer)).onFailure(answer::tryFail);
      }

      private static void receive(HttpClientResponse response, Promise<Buffer> answer) {
        response.exceptionHandler(answer::tryFail);
        if (response.statusCode() != 200) {
          answer.tryFail("it answered " + response.statusCode());
          return;
        }
        Buffer body = Buffer.buffer();
        response.handler(
            chunk -> {
              body.appendBuffer(chunk);
              if (body.length() > MAX_BYTES) {
                response.handler(null);
                answer.tryFail("its answer is larger than " + MAX_BYTES + " bytes");
              }
            });
        response.endHandler(end -> answer.tryComplete(body));
      }
    }
  }

  /** Where keys come from. */
  interface KeySource {

    /** The current keys; empty as long as none could be fetched. Does not block. */
    KeySet current();

    /**
     * The keys after another fetch, for tokens whose key is not among the current ones.
     *
     * @return completes on the context of the caller; fails with MnException UNAVAILABLE when the
     *     fetch failed
     */
    Future<KeySet> renewed();

    /** Keys that never change. */
    static KeySource fixed(KeySet keys) {
      return new KeySource() {
        @Override
        public KeySet current() {
          return keys;
        }

        @Override
        public Future<KeySet> renewed() {
          return Future.succeededFuture(keys);
        }
      };
    }
  }
}
