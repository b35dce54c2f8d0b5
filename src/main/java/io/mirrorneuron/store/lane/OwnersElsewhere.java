package io.mirrorneuron.store.lane;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.util.Set;
import java.util.stream.Collectors;

/** One look at a Redis that this server does not use. */
public final class OwnersElsewhere {
  private OwnersElsewhere() {}

  /**
   * The members of the sorted set there; its connection is closed then.
   *
   * @param url may hold a password, which failures do not tell
   */
  public static Future<Set<String>> look(Vertx vertx, String url, String key) {
    Redis redis = Redis.createClient(vertx, url);
    return redis
        .send(Request.cmd(Command.ZRANGE).arg(key).arg(0).arg(-1))
        .map(all -> all.stream().map(Response::toString).collect(Collectors.toSet()))
        .onComplete(any -> redis.close());
  }
}
