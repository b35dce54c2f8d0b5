package io.mirrorneuron.store;

import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
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

  /** What {@link #tell} was told. */
  private volatile Reach told = new Reach("", "");

  private volatile boolean sawOthers;

  private record Reach(String owner, String address) {}

  public RedisNodeRegistry(RedisLanes lanes, Keys keys) {
    this.lanes = lanes;
    this.keys = keys;
  }

  @Override
  public CompletionStage<Beat> beat(String owner) {
    return beat(owner, LIFETIME_MS)
        .whenComplete(
            (beat, away) -> sawOthers = beat == null ? sawOthers : hasOthers(beat, owner));
  }

  private static boolean hasOthers(Beat beat, String owner) {
    return beat.living().stream().anyMatch(living -> !living.equals(owner));
  }

  @Override
  public boolean sawOthers() {
    return sawOthers;
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
        .key(keys.nodeAddresses())
        .arg(owner)
        .arg(lifetime)
        .arg(addressOf(owner))
        .send(lanes.any())
        .map(
            answer ->
                new Beat(
                    answer.get(0).toInteger() == 0,
                    answer.stream().skip(1).map(Response::toString).collect(Collectors.toSet())))
        .toCompletionStage();
  }

  private String addressOf(String owner) {
    Reach reach = told;
    return reach.owner.equals(owner) ? reach.address : "";
  }

  @Override
  public CompletionStage<Void> tell(String owner, String address) {
    told = new Reach(owner, address);
    return lanes
        .any()
        .send(Request.cmd(Command.HSET).arg(keys.nodeAddresses()).arg(owner).arg(address))
        .<Void>mapEmpty()
        .toCompletionStage();
  }

  @Override
  public CompletionStage<Optional<String>> address(String owner) {
    Request get = Request.cmd(Command.HGET).arg(keys.nodeAddresses()).arg(owner);
    return living() // which drops what is known of the dead
        .thenCompose(
            living ->
                lanes
                    .any()
                    .send(get)
                    .map(answer -> Optional.ofNullable(answer).map(Response::toString))
                    .map(known -> known.filter(told -> living.contains(owner)))
                    .toCompletionStage());
  }

  @Override
  public CompletionStage<Optional<Holder>> claim(String owner) {
    return claimScript
        .call()
        .key(keys.livingNodes())
        .key(keys.formerNodes())
        .key(keys.nodeAddresses())
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
