package io.mirrorneuron.store.lane;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.stream.Collectors;

/** One look at a Redis that this server does not use. */
public final class OwnersElsewhere {
  private static final Duration TIMEOUT = Duration.ofSeconds(10);

  private OwnersElsewhere() {}

  /**
   * The members of the sorted set there; its connection is closed then.
   *
   * @param url may hold a password, which failures do not tell
   * @param authority see {@link RedisMaster#options(String, Duration, Path)}
   */
  public static Future<Set<String>> look(Vertx vertx, String url, Path authority, String key) {
    Redis redis = Redis.createClient(vertx, RedisMaster.options(url, TIMEOUT, authority));
    return redis
        .send(Request.cmd(Command.ZRANGE).arg(key).arg(0).arg(-1))
        .map(all -> all.stream().map(Response::toString).collect(Collectors.toSet()))
        .onComplete(any -> redis.close());
  }
}
