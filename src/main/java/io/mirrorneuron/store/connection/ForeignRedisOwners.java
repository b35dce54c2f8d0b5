package io.mirrorneuron.store.connection;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.nio.file.Path;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * State found in a Redis that this server does not use.
 *
 * @param owners of jobs there
 * @param lifetimeMs their lifetime without heartbeat; empty when it is not stored
 */
public record ForeignRedisOwners(Set<String> owners, OptionalLong lifetimeMs) {
  private static final Duration TIMEOUT = Duration.ofSeconds(10);

  /**
   * Reads the state and closes its connection.
   *
   * @param url may hold a password, which failures do not reveal
   * @param authority see {@link RedisMaster#options(String, Duration, Path)}
   * @param owners key of a sorted set
   * @param lifetime key of a number
   */
  public static Future<ForeignRedisOwners> look(
      Vertx vertx, String url, Path authority, String owners, String lifetime) {
    Redis redis = Redis.createClient(vertx, RedisMaster.options(url, TIMEOUT, authority));
    return redis
        .send(Request.cmd(Command.ZRANGE).arg(owners).arg(0).arg(-1))
        .map(all -> all.stream().map(Response::toString).collect(Collectors.toSet()))
        .compose(
            all ->
                redis
                    .send(Request.cmd(Command.GET).arg(lifetime))
                    .map(kept -> new ForeignRedisOwners(all, number(kept))))
        .onComplete(any -> redis.close());
  }

  private static OptionalLong number(Response kept) {
    return kept == null ? OptionalLong.empty() : OptionalLong.of(kept.toLong());
  }
}
