package io.mirrorneuron.runtime.embedded;

import io.mirrorneuron.config.ClusterSeeds;
import io.mirrorneuron.config.Config;
import io.mirrorneuron.config.RedisSettings;
import io.mirrorneuron.config.RedisSettings.RedisUrl;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.redis.RedisServer;
import io.mirrorneuron.server.DataDirectory;
import io.mirrorneuron.storage.Storage;
import io.mirrorneuron.store.Keys;
import io.mirrorneuron.store.RedisPipelines;
import io.mirrorneuron.store.bucket.StoreMove;
import io.mirrorneuron.store.bucket.StorePlaces;
import io.mirrorneuron.store.connection.ClusterMap;
import io.mirrorneuron.store.connection.RedisDialer;
import io.mirrorneuron.store.connection.RedisMaster;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.URI;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.regex.Pattern;

/**
 * Copies the data of one Redis, that of a home or a named one, into the Redis Cluster of the
 * settings, or back.
 */
public final class HomeMove {
  /** Long: some values are large, and no other caller waits. */
  private static final Duration TIMEOUT = Duration.ofSeconds(30);

  private static final Pattern URL = Pattern.compile("(rediss?://[^/]|unix:///).*");

  private final Config config;
  private final ClusterSeeds cluster;
  private final String searchPath;

  /**
   * @param cluster as named in the settings
   * @param searchPath where a Redis to start is looked for
   */
  public HomeMove(Config config, ClusterSeeds cluster, String searchPath) {
    this.config = config;
    this.cluster = cluster;
    this.searchPath = searchPath;
  }

  /**
   * Copies the Redis of the home, which is started for it.
   *
   * @throws io.mirrorneuron.model.MnException CONFLICT when a server uses the home
   */
  public StoreMove.Moved ofHome() throws IOException {
    try (DataDirectory home = DataDirectory.lock(config.home(), new SecureRandom());
        RedisServer redis =
            RedisServer.launch(
                new RedisServer.Options(
                    config.home().resolve("redis"),
                    config.redis().own().server(),
                    searchPath,
                    config.redis().own().fsync(),
                    home.redisPassword(),
                    config.log().folder().resolve("redis.log")))) {
      return of(redis.awaitReady().uri());
    }
  }

  /**
   * Copies the Redis at a URL.
   *
   * @throws MnException INVALID for a malformed URL
   */
  public StoreMove.Moved of(String url) {
    return moved(url, (one, cluster) -> new StoreMove(one, cluster));
  }

  /**
   * Copies the Redis Cluster into the Redis at a URL.
   *
   * @throws MnException INVALID for a malformed URL
   */
  public StoreMove.Moved back(String url) {
    return moved(url, (one, cluster) -> new StoreMove(cluster, one));
  }

  private StoreMove.Moved moved(String url, BiFunction<StorePlaces, StorePlaces, StoreMove> move) {
    if (!URL.matcher(url).matches()) {
      throw MnException.invalid(
          "one Redis is named as redis://[:PASSWORD@]HOST[:PORT], rediss://… or unix://PATH,"
              + " unlike "
              + RedisUrl.shown(url));
    }
    if (RedisUrl.hasWrongPort(url)) {
      throw MnException.invalid(
          "a port is a number from 1 to 65535, unlike that of " + RedisUrl.shown(url));
    }
    Vertx vertx = Vertx.vertx();
    try {
      return move.apply(one(vertx, url), cluster(vertx)).run();
    } finally {
      vertx.close().await();
    }
  }

  private StorePlaces one(Vertx vertx, String url) {
    RedisSettings redis = config.redis();
    RedisPipelines pipelines =
        connected(
            RedisPipelines.connect(
                vertx,
                RedisDialer.to(RedisMaster.at(url, TIMEOUT, redis.authority())),
                Storage.unwatched(),
                TIMEOUT),
            failure ->
                MnException.unavailable(
                    "the Redis at %s %s"
                        .formatted(
                            RedisUrl.shown(url),
                            RedisConnectFailure.said(failure, URI.create(url))),
                    failure));
    if (StoreMove.result(pipelines.serverInfo()).contains("redis_mode:cluster")) {
      throw MnException.precondition(
          "the Redis at %s is a node of a Redis Cluster, which redis.cluster would name; --from and --to name one Redis by itself"
              .formatted(RedisUrl.shown(url)));
    }
    return StorePlaces.one(pipelines, new Keys(redis.namespace()));
  }

  private StorePlaces cluster(Vertx vertx) {
    RedisSettings redis = config.redis();
    return connected(
        StorePlaces.connect(
            vertx,
            new ClusterMap(cluster, TIMEOUT),
            new Keys(redis.namespace()),
            redis.acknowledge() == RedisSettings.Acknowledge.REPLICA,
            Storage.unwatched(),
            TIMEOUT),
        failure -> RedisConnectFailure.of(failure, redis));
  }

  private static <T> T connected(Future<T> connecting, Function<Throwable, MnException> reported) {
    try {
      return StoreMove.result(connecting);
    } catch (
        Throwable e) { // the client reports Redis errors as a Throwable that is not an Exception
      throw reported.apply(e);
    }
  }
}
