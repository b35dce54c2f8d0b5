package io.mirrorneuron.store;

import io.vertx.core.Future;
import io.vertx.redis.client.Response;
import java.util.concurrent.CompletionStage;

/** The leader of a kind in one hash, see {@code leader.lua}. */
public final class RedisLeaderLease implements LeaderLease {
  private static final Script SCRIPT = Script.resource("leader.lua");

  private final RedisPipelines pipelines;
  private final Keys keys;

  public RedisLeaderLease(RedisPipelines pipelines, Keys keys) {
    this.pipelines = pipelines;
    this.keys = keys;
  }

  @Override
  public CompletionStage<Answer> take(
      String kind, String owner, long lastsMs, long term, String over) {
    return call(kind, owner, lastsMs, term, over)
        .map(answer -> new Answer(answer.get(0).toLong(), answer.get(1).toString()))
        .toCompletionStage();
  }

  @Override
  public CompletionStage<Void> leave(String kind, String owner, long term) {
    return call(kind, owner, 0, term, "").<Void>mapEmpty().toCompletionStage();
  }

  private Future<Response> call(String kind, String owner, long lastsMs, long term, String over) {
    return SCRIPT
        .call()
        .key(keys.leader(kind))
        .arg(owner)
        .arg(lastsMs)
        .arg(term)
        .arg(over)
        .send(pipelines.of(kind));
  }
}
