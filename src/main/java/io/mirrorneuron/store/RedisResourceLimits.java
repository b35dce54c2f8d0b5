package io.mirrorneuron.store;

import io.vertx.core.Future;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

public final class RedisResourceLimits implements ResourceLimits {
  private static final int PATIENCE_SECONDS = 5;

  private final RedisPipelines pipelines;
  private final Keys keys;

  public RedisResourceLimits(RedisPipelines pipelines, Keys keys) {
    this.pipelines = pipelines;
    this.keys = keys;
  }

  @Override
  public Map<Resource, Integer> load() {
    Map<Resource, Integer> limits = new EnumMap<>(Resource.class);
    Request read = Request.cmd(Command.HMGET).arg(keys.resourceLimits());
    for (Resource resource : Resource.values()) {
      read.arg(resource.name());
    }
    Response answer = await(pipelines.any().send(read));
    for (Resource resource : Resource.values()) {
      Response percent = answer.get(resource.ordinal());
      if (percent != null) {
        limits.put(resource, percent.toInteger());
      }
    }
    return limits;
  }

  @Override
  public void merge(Map<Resource, Integer> changes) {
    Request write = Request.cmd(Command.HSET).arg(keys.resourceLimits());
    changes.forEach((resource, percent) -> write.arg(resource.name()).arg(percent));
    await(pipelines.any().send(write));
  }

  private static Response await(Future<Response> answer) {
    try {
      return answer.await(PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      throw io.mirrorneuron.model.MnException.unavailable("Redis does not answer", e);
    }
  }
}
