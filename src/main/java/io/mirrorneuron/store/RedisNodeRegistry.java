package io.mirrorneuron.store;

import io.vertx.redis.client.Response;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.stream.Collectors;

/**
 * One sorted set of owners by the end of their life in milliseconds of Redis' clock. Each call
 * drops those whose life is over, and costs the same however many there were.
 */
public final class RedisNodeRegistry implements NodeRegistry {
  private final RedisLanes lanes;
  private final Keys keys;
  private final Script beatScript = Script.resource("node-beat.lua");
  private final Script claimScript = Script.resource("node-claim.lua");

  public RedisNodeRegistry(RedisLanes lanes, Keys keys) {
    this.lanes = lanes;
    this.keys = keys;
  }

  @Override
  public CompletionStage<Beat> beat(String owner) {
    return beat(owner, LIFETIME_MS);
  }

  @Override
  public CompletionStage<Void> leave(String owner) {
    return beat(owner, 0).thenAccept(answer -> {});
  }

  @Override
  public CompletionStage<Set<String>> living() {
    return beat("", 0).thenApply(Beat::living);
  }

  /**
   * @param owner empty: only asks
   * @param lifetime 0: it lives no more
   */
  private CompletionStage<Beat> beat(String owner, long lifetime) {
    return beatScript
        .call()
        .key(keys.livingNodes())
        .arg(owner)
        .arg(lifetime)
        .send(lanes.any())
        .map(
            answer ->
                new Beat(
                    answer.get(0).toInteger() == 0,
                    answer.stream().skip(1).map(Response::toString).collect(Collectors.toSet())))
        .toCompletionStage();
  }

  @Override
  public CompletionStage<Optional<Holder>> claim(String owner) {
    return claimScript
        .call()
        .key(keys.livingNodes())
        .key(keys.formerNodes())
        .arg(owner)
        .arg(LIFETIME_MS)
        .arg(NodeRegistry.nameOf(owner) + "#")
        .send(lanes.any())
        .map(
            answer ->
                answer.size() == 0
                    ? Optional.<Holder>empty()
                    : Optional.of(new Holder(answer.get(0).toString(), answer.get(1).toLong())))
        .toCompletionStage();
  }
}
