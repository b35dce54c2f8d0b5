package io.mirrorneuron.app;

import io.mirrorneuron.cluster.RedisState;
import io.mirrorneuron.redis.PatchedRedis;
import io.mirrorneuron.redis.RedisServer;
import io.mirrorneuron.redis.RedisVersion;
import io.mirrorneuron.store.RedisLanes;
import java.net.URI;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The Redis of this runtime, ours or one that was named, and what is to be said of it. Ours tells
 * itself in the log; it may come back as another version after it has died.
 */
final class StateServer {
  private static final Logger log = LoggerFactory.getLogger(StateServer.class);
  private static final long SECONDS_TO_TELL = 5;

  private final URI uri;
  private final RedisLanes lanes;
  private final Supplier<Optional<RedisVersion>> version;
  private final RedisServer own;

  private StateServer(
      URI uri, RedisLanes lanes, Supplier<Optional<RedisVersion>> version, RedisServer own) {
    this.uri = uri;
    this.lanes = lanes;
    this.version = version;
    this.own = own;
  }

  static StateServer own(RedisServer server, RedisLanes lanes) {
    return new StateServer(
        URI.create(server.uri()), lanes, () -> Optional.ofNullable(server.version()), server);
  }

  /** Asks which version the named server is; one that does not tell is taken. */
  static StateServer named(URI uri, RedisLanes lanes) {
    Optional<RedisVersion> version = asked(lanes);
    return new StateServer(uri, lanes, () -> version, null);
  }

  /** Writes to the log which server it is, and a warning when it should be a newer one. */
  void tell() {
    if (own != null) {
      own.tell();
      return;
    }
    Optional<RedisVersion> known = version.get();
    log.info(
        "redis.url: {} at {}",
        known.map(RedisVersion::toString).orElse("a server that does not tell its version"),
        target());
    known
        .flatMap(PatchedRedis::warning)
        .ifPresent(warning -> log.warn("redis.url: {} is {}", target(), warning));
  }

  private static Optional<RedisVersion> asked(RedisLanes lanes) {
    try {
      return RedisVersion.ofInfo(
          lanes.serverInfo().otherwise("").await(SECONDS_TO_TELL, TimeUnit.SECONDS));
    } catch (TimeoutException e) {
      return Optional.empty();
    }
  }

  RedisState state() {
    Optional<RedisVersion> known = version.get();
    return new RedisState(
        target(),
        lanes.isConnected(),
        known.map(RedisVersion::toString).orElse(null),
        known.flatMap(PatchedRedis::warning).orElse(null));
  }

  private String target() {
    return uri.getHost() == null
        ? uri.getScheme() + "://" + uri.getPath()
        : uri.getScheme() + "://" + uri.getHost() + (uri.getPort() < 0 ? "" : ":" + uri.getPort());
  }
}
