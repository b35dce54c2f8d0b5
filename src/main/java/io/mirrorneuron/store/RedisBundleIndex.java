package io.mirrorneuron.store;

import io.mirrorneuron.model.MnException;
import io.mirrorneuron.store.bundle.BundleIndex;
import io.vertx.core.Future;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import io.vertx.redis.client.ResponseType;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletionException;
import java.util.stream.IntStream;

/**
 * Keeps the bundle index in Redis, see {@code bundles.lua}. Has a connection that jobs do not use.
 */
public final class RedisBundleIndex implements BundleIndex {
  /** Time to write an arriving bundle; its parts expire after that. */
  private static final long ARRIVAL_MS = 600_000;

  private static final Script SCRIPT = Script.resource("bundles.lua");

  private final RedisPipelines pipelines;
  private final Keys keys;

  public RedisBundleIndex(RedisPipelines pipelines, Keys keys) {
    this.pipelines = pipelines;
    this.keys = keys;
  }

  @Override
  public Optional<Entry> find(String fingerprint) {
    return entry(await(call("find").arg(fingerprint)));
  }

  @Override
  public Optional<Entry> keep(String fingerprint) {
    return entry(await(call("keep").arg(fingerprint)));
  }

  @Override
  public OptionalLong reserve(String name, long bytes, long budget) {
    long taken = await(call("reserve").arg(name).arg(bytes).arg(budget).arg(ARRIVAL_MS)).toLong();
    return taken < 0 ? OptionalLong.empty() : OptionalLong.of(taken);
  }

  @Override
  public boolean write(String name, int number, byte[] part) {
    return await(call("write").arg(name).arg(number).arg(part)).toInteger() == 1;
  }

  @Override
  public OptionalLong put(String fingerprint, String name, byte[] whole, long budget) {
    Response answer =
        await(
            call("put")
                .arg(fingerprint)
                .arg(name)
                .arg(whole.length)
                .arg(budget)
                .arg(ARRIVAL_MS)
                .arg(whole));
    return answer.type() == ResponseType.NUMBER
        ? OptionalLong.of(answer.toLong())
        : OptionalLong.empty();
  }

  @Override
  public byte[] read(String name, int number) {
    Request get = Request.cmd(Command.HGET).arg(keys.bundleParts(name)).arg(number);
    Response part = await(pipelines.bulk().send(get));
    return part == null ? null : part.toBytes();
  }

  @Override
  public Optional<Entry> publish(String fingerprint, Entry entry) {
    return entry(
        await(
            call("publish")
                .arg(fingerprint)
                .arg(entry.bytes())
                .arg(entry.place().name().toLowerCase(Locale.ROOT))
                .arg(entry.name())));
  }

  @Override
  public Unused unusedFor(long age) {
    Response answer = await(call("unused").arg(age));
    return new Unused(
        answer.get(0).toLong(),
        IntStream.range(1, answer.size()).mapToObj(i -> answer.get(i).toString()).toList());
  }

  @Override
  public Optional<Entry> remove(String fingerprint, long moment) {
    return entry(await(call("remove").arg(fingerprint).arg(moment)));
  }

  private Script.Call call(String effect) {
    return SCRIPT.call().key(keys.bundles()).arg(effect);
  }

  private Response await(Script.Call call) {
    return await(call.send(pipelines.bulk()));
  }

  private static Response await(Future<Response> answer) {
    try {
      return answer.toCompletionStage().toCompletableFuture().join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof MnException known) {
        throw known;
      }
      throw e;
    }
  }

  private static Optional<Entry> entry(Response answer) {
    if (answer == null) {
      return Optional.empty();
    }
    String[] parts = answer.toString().split(" ", 3);
    Place place = Place.valueOf(parts[1].toUpperCase(Locale.ROOT));
    return Optional.of(new Entry(Long.parseLong(parts[0]), place, parts[2]));
  }
}
