package io.mirrorneuron.runtime.embedded;

import io.mirrorneuron.config.address.RedisUrl;
import io.mirrorneuron.redis.PatchedRedis;
import io.mirrorneuron.redis.RedisServer;
import io.mirrorneuron.redis.RedisVersion;
import io.mirrorneuron.server.ServerContext;
import io.mirrorneuron.store.RedisLanes;
import io.mirrorneuron.store.RedisState;
import java.net.URI;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The Redis of this runtime, ours or one that was named, and what is to be said of it. Ours may
 * come back as another version after it has died.
 */
public final class RuntimeRedis {
  private static final Logger LOG = LoggerFactory.getLogger(RuntimeRedis.class);

  /** A start on a busy machine takes longer than anything later. */
  static final long CONNECT_SECONDS = 30;

  private static final long VERSION_SECONDS = 5;

  private final URI uri;
  private final RedisLanes lanes;
  private final Supplier<Optional<RedisVersion>> version;
  private final Runnable logVersion;

  private RuntimeRedis(
      URI uri, RedisLanes lanes, Supplier<Optional<RedisVersion>> version, Runnable logVersion) {
    this.uri = uri;
    this.lanes = lanes;
    this.version = version;
    this.logVersion = logVersion;
  }

  /** Waits until the server that was launched here answers, and connects. */
  static RuntimeRedis own(RedisServer server, ServerContext on) {
    server.awaitReady();
    return new RuntimeRedis(
        URI.create(server.uri()),
        connected(on, server.uri(), null),
        () -> Optional.ofNullable(server.version()),
        server::logVersion);
  }

  /** Connects to the named server and asks for its version; one that does not tell it is taken. */
  static RuntimeRedis named(URI uri, ServerContext on) {
    RedisLanes lanes = connected(on, uri.toString(), uri);
    Optional<RedisVersion> version = version(lanes);
    return new RuntimeRedis(uri, lanes, () -> version, () -> logNamed(uri, version));
  }

  /**
   * @param named the address that the setting names, or null when the server is ours
   */
  private static RedisLanes connected(ServerContext on, String uri, URI named) {
    try {
      RedisLanes lanes =
          RedisLanes.connect(on.vertx(), uri, on.disks().storage(), on.config().redis().timeout())
              .await(CONNECT_SECONDS, TimeUnit.SECONDS);
      lanes.ping().await(CONNECT_SECONDS, TimeUnit.SECONDS);
      return lanes;
    } catch (
        Throwable e) { // the client reports errors of Redis as a Throwable that is no Exception
      throw RedisConnectFailure.of(e, named);
    }
  }

  private static Optional<RedisVersion> version(RedisLanes lanes) {
    try {
      return RedisVersion.ofInfo(
          lanes.serverInfo().otherwise("").await(VERSION_SECONDS, TimeUnit.SECONDS));
    } catch (TimeoutException e) {
      return Optional.empty();
    }
  }

  /** Writes to the log which server it is, and a warning when it should be a newer one. */
  public void logVersion() {
    logVersion.run();
  }

  private static void logNamed(URI uri, Optional<RedisVersion> version) {
    LOG.info(
        "redis.url: {} at {}",
        version.map(RedisVersion::toString).orElse("a server that does not tell its version"),
        RedisUrl.target(uri));
    version
        .flatMap(PatchedRedis::warning)
        .ifPresent(warning -> LOG.warn("redis.url: {} is {}", RedisUrl.target(uri), warning));
  }

  URI uri() {
    return uri;
  }

  RedisLanes lanes() {
    return lanes;
  }

  public RedisState state() {
    Optional<RedisVersion> known = version.get();
    return new RedisState(
        RedisUrl.target(uri),
        lanes.isConnected(),
        known.map(RedisVersion::toString).orElse(null),
        known.flatMap(PatchedRedis::warning).orElse(null));
  }
}
