package io.mirrorneuron.security;

import io.mirrorneuron.config.JwtSettings;
import io.mirrorneuron.model.MnException;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The keys that an issuer shows at an address: fetched at start, then at intervals, and when a
 * token has a key that is not known. One fetch at a time, at least 30 seconds apart: callers with
 * forged tokens must not be able to make this server flood the issuer. Keys stay until a fetch
 * brings others. Thread-safe.
 */
final class FetchedKeys implements KeySource {
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
          return failing ? Future.failedFuture(unavailable(wait)) : Future.succeededFuture(current);
        }
        begin();
      }
      joined = flight;
    }
    Promise<KeySet> here = Promise.promise();
    Context caller = vertx.getOrCreateContext();
    joined.onComplete((keys, failure) -> caller.runOnContext(back -> here.complete(keys, failure)));
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
            fetch.get().compose(this::taken).onComplete(end -> finishFetch(landing, end.cause())));
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
                  new KeySet(read.keys().stream().map(key -> VerifyingKey.of(vertx, key)).toList());
              document = fetched;
              log.info(
                  "Tokens are checked with {} keys of {}", read.keys().size(), settings.jwksUrl());
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
}
