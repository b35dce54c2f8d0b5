package io.mirrorneuron.store;

import io.mirrorneuron.model.Lifetime;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.store.NodeRegistry.Holder;
import io.vertx.core.Future;
import io.vertx.redis.client.Response;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** The first heartbeat of an owner, which may be refused, see {@link NodeRegistry#claim}. */
final class RedisNodeClaim {
  /** Index of the first other owner in an answer that refuses the lifetime. */
  private static final int OTHERS = 2;

  private final RedisPipelines pipelines;
  private final Keys keys;
  private final Lifetime lifetime;
  private final Script script = Script.resource("node-claim.lua");

  RedisNodeClaim(RedisPipelines pipelines, Keys keys, Lifetime lifetime) {
    this.pipelines = pipelines;
    this.keys = keys;
    this.lifetime = lifetime;
  }

  CompletionStage<Optional<Holder>> of(String owner) {
    return script
        .call()
        .key(keys.livingNodes())
        .key(keys.formerNodes())
        .key(keys.nodeAddresses())
        .key(keys.deadNodes())
        .key(keys.nodeChanges())
        .key(keys.silence())
        .arg(owner)
        .arg(lifetime.ms())
        .arg(NodeRegistry.nameOf(owner) + "#")
        .arg(Lifetime.DEFAULT.ms())
        .send(pipelines.any())
        .compose(answer -> claimed(owner, answer))
        .toCompletionStage();
  }

  private Future<Optional<Holder>> claimed(String owner, Response answer) {
    if (answer.size() == 0) {
      return Future.succeededFuture(Optional.empty());
    }
    String holder = answer.get(0).toString();
    long ms = answer.get(1).toLong();
    return holder.isEmpty()
        ? Future.failedFuture(refusal(owner, ms, answer))
        : Future.succeededFuture(Optional.of(new Holder(holder, ms)));
  }

  private MnException refusal(String owner, long kept, Response answer) {
    return lifetime.refused(
        NodeRegistry.nameOf(owner),
        kept,
        answer.stream()
            .skip(OTHERS)
            .map(Response::toString)
            .map(NodeRegistry::nameOf)
            .sorted()
            .toList());
  }
}
