package io.mirrorneuron.runtime.embedded;

import io.mirrorneuron.config.ClusterSeeds;
import io.mirrorneuron.config.RedisSettings;
import io.mirrorneuron.config.RedisSettings.RedisNames;
import io.mirrorneuron.config.RedisSettings.RedisUrl;
import io.mirrorneuron.config.RedisSettings.Sentinels;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.redis.PatchedRedis;
import io.mirrorneuron.redis.RedisServer;
import io.mirrorneuron.redis.RedisVersion;
import io.mirrorneuron.runtime.cluster.CoordinationStore;
import io.mirrorneuron.runtime.local.Answers;
import io.mirrorneuron.server.ServerContext;
import io.mirrorneuron.storage.StorageWatch;
import io.mirrorneuron.store.Keys;
import io.mirrorneuron.store.RecordStore;
import io.mirrorneuron.store.RedisPipelines;
import io.mirrorneuron.store.RedisProbe;
import io.mirrorneuron.store.RedisRecordStore;
import io.mirrorneuron.store.RedisState;
import io.mirrorneuron.store.bucket.StoreMove;
import io.mirrorneuron.store.bucket.StorePlaces;
import io.mirrorneuron.store.connection.ClusterMap;
import io.mirrorneuron.store.connection.RedisDialer;
import io.mirrorneuron.store.connection.RedisMaster;
import io.mirrorneuron.store.connection.SentinelMaster;
import io.vertx.core.Future;
import java.net.URI;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The Redis of this runtime, its own or a named one, and its state. Its own Redis may come back
 * with another version after it has died.
 */
public final class RuntimeRedis {
  private static final Logger LOG = LoggerFactory.getLogger(RuntimeRedis.class);

  /** A start on a busy machine takes longer than any later request. */
  static final long CONNECT_SECONDS = 30;

  private static final long VERSION_SECONDS = 5;

  private final String target;
  private final RedisMaster master;
  private final StorePlaces places;
  private final Supplier<Optional<RedisVersion>> version;
  private final boolean isReachedByOthers;
  private final Runnable logVersion;

  private RuntimeRedis(
      String target,
      RedisMaster master,
      StorePlaces places,
      Supplier<Optional<RedisVersion>> version,
      boolean isReachedByOthers,
      Runnable logVersion) {
    this.target = target;
    this.master = master;
    this.places = places;
    this.version = version;
    this.isReachedByOthers = isReachedByOthers;
    this.logVersion = logVersion;
  }

  /** Waits until the server launched here answers, and connects. */
  static RuntimeRedis own(RedisServer server, ServerContext on) {
    server.awaitReady();
    RedisMaster master = RedisMaster.at(server.uri(), on.config().redis().timeout());
    StorePlaces places = connected(on, master);
    requireUsable(places, on.config().redis());
    return new RuntimeRedis(
        RedisUrl.target(URI.create(server.uri())),
        master,
        places,
        () -> Optional.ofNullable(server.version()),
        server.isExposed(),
        server::logVersion);
  }

  /** Connects to the named server and checks its version; an unknown version is accepted. */
  static RuntimeRedis named(ServerContext on) {
    RedisSettings redis = on.config().redis();
    RedisNames names = redis.names();
    ClusterMap cluster =
        names instanceof ClusterSeeds seeds ? new ClusterMap(seeds, redis.timeout()) : null;
    RedisMaster master = cluster == null ? master(redis) : cluster.master(0);
    StorePlaces places = cluster == null ? connected(on, master) : connected(on, cluster);
    Optional<RedisVersion> version = version(places.shared().pipelines(), redis);
    requireUsable(places, redis);
    String setting = names == null ? "redis.url" : names.setting();
    String target = target(redis);
    return new RuntimeRedis(
        target, master, places, () -> version, true, () -> logNamed(setting, target, version));
  }

  private static RedisMaster master(RedisSettings redis) {
    return redis.names() instanceof Sentinels sentinels
        ? new SentinelMaster(sentinels, redis.timeout())
        : RedisMaster.at(redis.url().toString(), redis.timeout(), redis.authority());
  }

  private static String target(RedisSettings redis) {
    return switch (redis.names()) {
      case null -> RedisUrl.target(redis.url());
      case Sentinels by -> by.master() + " by " + String.join(", ", by.addresses());
      case ClusterSeeds by -> "Redis Cluster by " + String.join(", ", by.addresses());
    };
  }

  private static StorePlaces connected(ServerContext on, ClusterMap cluster) {
    RedisSettings redis = on.config().redis();
    return first(
        redis,
        StorePlaces.connect(
            on.vertx(),
            cluster,
            new Keys(redis.namespace()),
            redis.acknowledge() == RedisSettings.Acknowledge.REPLICA,
            on.disks().storage(),
            redis.timeout()));
  }

  private static StorePlaces connected(ServerContext on, RedisMaster master) {
    RedisSettings redis = on.config().redis();
    return first(
        redis,
        RedisPipelines.connect(
                on.vertx(), dialer(redis, master), on.disks().storage(), redis.timeout())
            .map(pipelines -> StorePlaces.one(pipelines, new Keys(redis.namespace()))));
  }

  private static StorePlaces first(RedisSettings redis, Future<StorePlaces> connecting) {
    try {
      StorePlaces places = connecting.await(CONNECT_SECONDS, TimeUnit.SECONDS);
      places.shared().pipelines().ping().await(CONNECT_SECONDS, TimeUnit.SECONDS);
      return places;
    } catch (
        Throwable e) { // the client reports Redis errors as a Throwable that is not an Exception
      throw RedisConnectFailure.of(e, redis);
    }
  }

  /** Refuses data that was moved elsewhere, or is incomplete here. */
  private static void requireUsable(StorePlaces places, RedisSettings redis) {
    first(redis, StoreMove.requireUsable(places).map(places));
  }

  private static RedisDialer dialer(RedisSettings redis, RedisMaster master) {
    return redis.acknowledge() == RedisSettings.Acknowledge.REPLICA
        ? RedisDialer.acknowledged(
            master, new Keys(redis.namespace()).acknowledged(), redis.timeout())
        : RedisDialer.to(master);
  }

  /** Refuses a node of a Redis Cluster used as a single server. */
  private static Optional<RedisVersion> version(RedisPipelines pipelines, RedisSettings redis) {
    try {
      String info = pipelines.serverInfo().otherwise("").await(VERSION_SECONDS, TimeUnit.SECONDS);
      if (info.contains("redis_mode:cluster") && !(redis.names() instanceof ClusterSeeds)) {
        throw MnException.precondition(
            "%s is a node of a Redis Cluster, of which one node has only a part: name it and others by redis.cluster (MN_REDIS_CLUSTER), not otherwise"
                .formatted(target(redis)));
      }
      return RedisVersion.ofInfo(info);
    } catch (TimeoutException e) {
      return Optional.empty();
    }
  }

  /** Logs the server and its version, with a warning when it is too old. */
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
        .ifPresent(warning -> LOG.warn("{} {}: {}", setting, target, warning));
  }

  /**
   * @param hears receives the address of Redis, now and after changes
   */
  void onAddress(Consumer<URI> hears) {
    master.onAddress(hears);
  }

  StorePlaces places() {
    return places;
  }

  /**
   * The state for clients of release 1.2.31. Waits once, for the identity.
   *
   * @param proposed identity for data without one
   * @param watch checks it from now on
   */
  Supplier<CoordinationStore> coordination(String proposed, StorageWatch watch) {
    watch.asks(new RedisProbe(places));
    RecordStore records = new RedisRecordStore(places.shared().pipelines(), places.shared().keys());
    String identity = Answers.await(CoordinationStore.identity(records, proposed));
    return () -> new CoordinationStore(identity, watch.storeAnswers(), watch.storeWrites());
  }

  public RedisState state() {
    Optional<RedisVersion> known = version.get();
    return new RedisState(
        target,
        places.isConnected(),
        known.map(RedisVersion::toString).orElse(null),
        isReachedByOthers ? known.flatMap(PatchedRedis::warning).orElse(null) : null,
        isReachedByOthers ? null : known.flatMap(PatchedRedis::note).orElse(null));
  }
}
