package io.mirrorneuron.runtime.embedded;

import io.mirrorneuron.config.address.RedisUrl;
import io.mirrorneuron.config.redis.RedisSettings;
import io.mirrorneuron.config.redis.Sentinels;
import io.mirrorneuron.redis.PatchedRedis;
import io.mirrorneuron.redis.RedisServer;
import io.mirrorneuron.redis.RedisVersion;
import io.mirrorneuron.server.ServerContext;
import io.mirrorneuron.store.Keys;
import io.mirrorneuron.store.RedisLanes;
import io.mirrorneuron.store.RedisState;
import io.mirrorneuron.store.lane.RedisDialer;
import io.mirrorneuron.store.lane.RedisMaster;
import io.mirrorneuron.store.lane.SentinelMaster;
import java.net.URI;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
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

  private final String target;
  private final RedisMaster master;
  private final RedisLanes lanes;
  private final Supplier<Optional<RedisVersion>> version;
  private final Runnable logVersion;

  private RuntimeRedis(
      String target,
      RedisMaster master,
      RedisLanes lanes,
      Supplier<Optional<RedisVersion>> version,
      Runnable logVersion) {
    this.target = target;
    this.master = master;
    this.lanes = lanes;
    this.version = version;
    this.logVersion = logVersion;
  }

  /** Waits until the server that was launched here answers, and connects. */
  static RuntimeRedis own(RedisServer server, ServerContext on) {
    server.awaitReady();
    RedisMaster master = RedisMaster.at(server.uri(), on.config().redis().timeout());
    return new RuntimeRedis(
        RedisUrl.target(URI.create(server.uri())),
        master,
        connected(on, master),
        () -> Optional.ofNullable(server.version()),
        server::logVersion);
  }

  /** Connects to the named server and asks for its version; one that does not tell it is taken. */
  static RuntimeRedis named(ServerContext on) {
    RedisSettings redis = on.config().redis();
    Sentinels sentinels = redis.sentinels();
    RedisMaster master =
        sentinels == null
            ? RedisMaster.at(redis.url().toString(), redis.timeout())
            : new SentinelMaster(sentinels, redis.timeout());
    RedisLanes lanes = connected(on, master);
    Optional<RedisVersion> version = version(lanes);
    String target =
        sentinels == null
            ? RedisUrl.target(redis.url())
            : sentinels.master() + " by " + String.join(", ", sentinels.addresses());
    String setting = sentinels == null ? "redis.url" : "redis.sentinels";
    return new RuntimeRedis(
        target, master, lanes, () -> version, () -> logNamed(setting, target, version));
  }

  private static RedisLanes connected(ServerContext on, RedisMaster master) {
    RedisSettings redis = on.config().redis();
    try {
      RedisLanes lanes =
          RedisLanes.connect(
                  on.vertx(), dialer(redis, master), on.disks().storage(), redis.timeout())
              .await(CONNECT_SECONDS, TimeUnit.SECONDS);
      lanes.ping().await(CONNECT_SECONDS, TimeUnit.SECONDS);
      return lanes;
    } catch (
        Throwable e) { // the client reports errors of Redis as a Throwable that is no Exception
      throw RedisConnectFailure.of(e, redis);
    }
  }

  private static RedisDialer dialer(RedisSettings redis, RedisMaster master) {
    return redis.acknowledge() == RedisSettings.Acknowledge.REPLICA
        ? RedisDialer.acknowledged(
            master, new Keys(redis.namespace()).acknowledged(), redis.timeout())
        : RedisDialer.to(master);
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

  private static void logNamed(String setting, String target, Optional<RedisVersion> version) {
    LOG.info(
        "{}: {} at {}",
        setting,
        version.map(RedisVersion::toString).orElse("a server that does not tell its version"),
        target);
    version
        .flatMap(PatchedRedis::warning)
        .ifPresent(warning -> LOG.warn("{}: {} is {}", setting, target, warning));
  }

  /**
   * @param hears is told where Redis is or was found, now and later
   */
  void onAddress(Consumer<URI> hears) {
    master.onAddress(hears);
  }

  RedisLanes lanes() {
    return lanes;
  }

  public RedisState state() {
    Optional<RedisVersion> known = version.get();
    return new RedisState(
        target,
        lanes.isConnected(),
        known.map(RedisVersion::toString).orElse(null),
        known.flatMap(PatchedRedis::warning).orElse(null));
  }
}
