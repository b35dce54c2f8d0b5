package io.mirrorneuron.runtime.deployment;

import io.mirrorneuron.model.Sha256;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;

/**
 * All that a Redis has.
 *
 * @param uri of it
 */
record RedisContents(String uri) {
  /** What is under each key, as a digest. */
  Map<String, String> all() {
    Vertx vertx = Vertx.vertx();
    try {
      Redis redis = Redis.createClient(vertx, uri);
      Map<String, String> all = new TreeMap<>();
      for (Response key : redis.send(Request.cmd(Command.KEYS).arg("*")).await()) {
        Response dump = redis.send(Request.cmd(Command.DUMP).arg(key.toBytes())).await();
        String name = key.toString(StandardCharsets.UTF_8);
        all.put(name, dump == null ? "" : new Sha256().add(dump.toBytes()).hex());
      }
      return all;
    } finally {
      vertx.close().await();
    }
  }
}
