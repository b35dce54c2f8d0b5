package io.mirrorneuron.store;

import io.mirrorneuron.model.Lifetime;
import io.mirrorneuron.store.connection.RedisSubscriber;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * One sorted set of owners by the end of their lease in milliseconds of Redis' clock. Each call
 * drops expired owners, and costs the same for any number of owners, unless the set changes.
 */
public final class RedisNodeRegistry implements NodeRegistry {
  private final RedisPipelines pipelines;
  private final Keys keys;
  private final Lifetime lifetime;
  private final RedisNodeClaim claim;
  private final Script beatScript = Script.resource("node-beat.lua");
  private final Script listScript = Script.resource("node-list.lua");
  private final Script heardScript = Script.resource("node-heard.lua");

  /** Set by {@link #tell}. */
  private volatile Reach reported = new Reach("", "");

  /** Set by {@link #describe}. */
  private volatile Record described = new Record("", () -> "");

  /** The description in the store; empty when it has none of this process. */
  private volatile String written = "";

  /** Living owners as of the last change. */
  private volatile Seen seen = new Seen("", Set.of());

  /** Subscriptions of {@link #onChange} by owner, until it leaves; one at most. */
  private volatile Map<String, RedisSubscriber> ears = Map.of();

  private volatile boolean sawOthers;
  private volatile boolean hasMetOthers;
  private volatile long departures = Long.MAX_VALUE;

  private record Seen(String version, Set<String> living) {}

  private record Reach(String owner, String address) {}

  private record Record(String owner, Supplier<String> text) {}

  public RedisNodeRegistry(RedisPipelines pipelines, Keys keys, Lifetime lifetime) {
    this.pipelines = pipelines;
    this.keys = keys;
    this.lifetime = lifetime;
    this.claim = new RedisNodeClaim(pipelines, keys, lifetime);
  }

  @Override
  public Lifetime lifetime() {
    return lifetime;
  }

  @Override
  public CompletionStage<Beat> beat(String owner) {
    String record = record(owner);
    return beat(owner, lifetime.ms(), record.equals(written) ? "" : record)
        .whenComplete(
            (beat, away) -> {
              if (beat != null) {
                sawOthers = hasOthers(beat, owner);
                hasMetOthers |= sawOthers || !beat.lapsed() && beat.departures() > departures;
                departures = beat.departures();
                written = beat.lapsed() ? "" : record;
              }
            });
  }

  /** Empty for a node that is alone: it publishes none. */
  private String record(String owner) {
    Record now = described;
    return sawOthers && now.owner.equals(owner) ? now.text.get() : "";
  }

  @Override
  public void describe(String owner, Supplier<String> record) {
    described = new Record(owner, record);
  }

  @Override
  public CompletionStage<List<Described>> described() {
    return listScript
        .call()
        .key(keys.livingNodes())
        .key(keys.nodeRecords())
        .key(keys.deadNodes())
        .arg(REMEMBERED_MS)
        .send(pipelines.any())
        .map(RedisNodeRegistry::described)
        .toCompletionStage();
  }

  private static List<Described> described(Response answer) {
    List<Described> all = new ArrayList<>();
    for (int i = 0; i < answer.size(); i += 3) {
      all.add(
          new Described(
              answer.get(i).toString(),
              answer.get(i + 1).toString(),
              answer.get(i + 2).toInteger() == 1));
    }
    return all;
  }

  private static boolean hasOthers(Beat beat, String owner) {
    return beat.living().stream().anyMatch(living -> !living.equals(owner));
  }

  @Override
  public boolean sawOthers() {
    return sawOthers;
  }

  @Override
  public boolean hasMetOthers() {
    return hasMetOthers;
  }

  @Override
  public Set<String> seen() {
    return seen.living;
  }

  @Override
  public CompletionStage<Void> leave(String owner) {
    Optional.ofNullable(ears.get(owner)).ifPresent(RedisSubscriber::close);
    return beat(owner, 0, "").thenAccept(answer -> {});
  }

  @Override
  public void onChange(String owner, Runnable hears) {
    ears.values().forEach(RedisSubscriber::close);
    Consumer<String> others =
        reported -> {
          if (!reported.equals(owner)) {
            hears.run();
          }
        };
    ears = Map.of(owner, pipelines.hear(keys.nodeChanges(), others));
  }

  @Override
  public CompletionStage<Set<String>> living() {
    return beat("", 0, "").thenApply(Beat::living);
  }

  @Override
  public CompletionStage<OptionalLong> silence(String owner) {
    return heardScript
        .call()
        .key(keys.livingNodes())
        .arg(owner)
        .arg(lifetime.ms())
        .send(pipelines.any())
        .map(Response::toLong)
        .map(ms -> ms < 0 ? OptionalLong.empty() : OptionalLong.of(ms))
        .toCompletionStage();
  }

  /**
   * @param owner empty for a query
   * @param ms lifetime without another heartbeat; 0 ends it
   * @param record description; empty keeps the last one
   */
  private CompletionStage<Beat> beat(String owner, long ms, String record) {
    Seen known = seen;
    return beatScript
        .call()
        .key(keys.livingNodes())
        .key(keys.nodeAddresses())
        .key(keys.nodeRecords())
        .key(keys.deadNodes())
        .key(keys.nodeChanges())
        .key(keys.silence())
        .arg(owner)
        .arg(ms)
        .arg(addressOf(owner))
        .arg(record)
        .arg(known.version)
        .send(pipelines.any())
        .map(
            answer ->
                new Beat(
                    answer.get(0).toInteger() == 0, living(answer, known), answer.get(1).toLong()))
        .toCompletionStage();
  }

  /** All living owners; the store lists them only when the set has changed. */
  private Set<String> living(Response answer, Seen known) {
    String version = answer.get(2).toString();
    if (version.equals(known.version)) {
      return known.living;
    }
    Set<String> living =
        answer.get(3).stream().map(Response::toString).collect(Collectors.toUnmodifiableSet());
    seen = new Seen(version, living);
    return living;
  }

  private String addressOf(String owner) {
    Reach reach = reported;
    return reach.owner.equals(owner) ? reach.address : "";
  }

  @Override
  public CompletionStage<Void> tell(String owner, String address) {
    reported = new Reach(owner, address);
    return pipelines
        .any()
        .send(Request.cmd(Command.HSET).arg(keys.nodeAddresses()).arg(owner).arg(address))
        .<Void>mapEmpty()
        .toCompletionStage();
  }

  @Override
  public CompletionStage<Optional<String>> address(String owner) {
    Request get = Request.cmd(Command.HGET).arg(keys.nodeAddresses()).arg(owner);
    return living() // drops expired owners
        .thenCompose(
            living ->
                pipelines
                    .any()
                    .send(get)
                    .map(answer -> Optional.ofNullable(answer).map(Response::toString))
                    .map(known -> known.filter(reported -> living.contains(owner)))
                    .toCompletionStage());
  }

  @Override
  public CompletionStage<Optional<Holder>> claim(String owner) {
    return claim.of(owner);
  }
}
