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

  private StateServer(URI uri, RedisLanes lanes, Supplier<Optional<RedisVersion>> version) {
    this.uri = uri;
    this.lanes = lanes;
    this.version = version;
  }

  static StateServer own(RedisServer server, RedisLanes lanes) {
    return new StateServer(
        URI.create(server.uri()), lanes, () -> Optional.ofNullable(server.version()));
  }

  /** Asks which version the named server is and warns once; one that does not tell is taken. */
  static StateServer named(URI uri, RedisLanes lanes) {
    Optional<RedisVersion> version = asked(lanes);
    StateServer server = new StateServer(uri, lanes, () -> version);
    log.info(
        "redis.url: {} at {}",
        version.map(RedisVersion::toString).orElse("a server that does not tell its version"),
        server.target());
    version
        .flatMap(PatchedRedis::warning)
        .ifPresent(warning -> log.warn("redis.url: {} is {}", server.target(), warning));
    return server;
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
