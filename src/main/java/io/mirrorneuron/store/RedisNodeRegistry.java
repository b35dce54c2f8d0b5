package io.mirrorneuron.store;

import io.vertx.core.Future;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;

/** One key with a time to live per owner, and a set of all that ever were. */
public final class RedisNodeRegistry implements NodeRegistry {
  private final RedisLanes lanes;
  private final Keys keys;

  public RedisNodeRegistry(RedisLanes lanes, Keys keys) {
    this.lanes = lanes;
    this.keys = keys;
  }

  @Override
  public CompletionStage<Void> beat(String owner) {
    lanes.any().send(Request.cmd(Command.SADD).arg(keys.nodes()).arg(owner));
    return lanes
        .any()
        .send(Request.cmd(Command.SET).arg(keys.node(owner)).arg("1").arg("PX").arg(LIFETIME_MS))
        .<Void>mapEmpty()
        .toCompletionStage();
  }

  @Override
  public CompletionStage<Void> leave(String owner) {
    return lanes
        .any()
        .send(Request.cmd(Command.DEL).arg(keys.node(owner)))
        .<Void>mapEmpty()
        .toCompletionStage();
  }

  @Override
  public CompletionStage<Set<String>> living() {
    return lanes
        .any()
        .send(Request.cmd(Command.SMEMBERS).arg(keys.nodes()))
        .compose(members -> living(members.stream().map(Response::toString).toList()))
        .toCompletionStage();
  }

  private Future<Set<String>> living(List<String> owners) {
    Set<String> living = new HashSet<>();
    List<Future<?>> reads = new ArrayList<>();
    for (String owner : owners) {
      reads.add(
          lanes
              .any()
              .send(Request.cmd(Command.EXISTS).arg(keys.node(owner)))
              .onSuccess(
                  there -> {
                    if (there.toInteger() == 1) {
                      living.add(owner);
                    }
                  }));
    }
    return reads.isEmpty() ? Future.succeededFuture(living) : Future.all(reads).map(living);
  }
}
