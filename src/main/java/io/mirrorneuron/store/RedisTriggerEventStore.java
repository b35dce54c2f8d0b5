package io.mirrorneuron.store;

import io.vertx.redis.client.Response;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletionStage;

/**
 * A hash of documents and a set of their numbers for each source; see {@code trigger-events.lua}.
 */
public final class RedisTriggerEventStore implements TriggerEventStore {
  private static final Script SCRIPT = Script.resource("trigger-events.lua");
  private static final Duration SEALED = Duration.ofDays(1);

  private final RedisPipelines pipelines;
  private final String keys;
  private final Room room;

  public RedisTriggerEventStore(RedisPipelines pipelines, Keys keys, Room room) {
    this.pipelines = pipelines;
    this.keys = keys.triggerEvents();
    this.room = room;
  }

  @Override
  public CompletionStage<Optional<String>> add(Teller teller, String document, Seal seal) {
    Script.Call call =
        SCRIPT
            .call()
            .key(keys + "counter")
            .key(keys + "seal:" + (seal == null ? "" : seal.eventId()));
    return withKeysOf(teller, call)
        .arg("add")
        .arg(document)
        .arg(seal == null ? "" : seal.text())
        .arg(SEALED.toSeconds())
        .arg(room.events())
        .arg(room.bytes())
        .send(pipelines)
        .map(before -> Optional.ofNullable(before).map(Response::toString))
        .toCompletionStage();
  }

  @Override
  public CompletionStage<List<String>> newest(int limit) {
    Script.Call call = SCRIPT.call().key(keys + "counter");
    for (Teller teller : Teller.values()) {
      withKeysOf(teller, call);
    }
    return call.arg("newest")
        .arg(limit)
        .send(pipelines)
        .map(reported -> byNumber(reported).values().stream().limit(limit).toList())
        .toCompletionStage();
  }

  private static Map<Long, String> byNumber(Response reported) {
    Map<Long, String> documents = new TreeMap<>((a, b) -> Long.compare(b, a));
    for (int i = 0; i < reported.size(); i += 2) {
      documents.put(reported.get(i).toLong(), reported.get(i + 1).toString());
    }
    return documents;
  }

  private Script.Call withKeysOf(Teller teller, Script.Call call) {
    String own = keys + teller.name().toLowerCase(Locale.ROOT) + ":";
    return call.key(own + "documents").key(own + "numbers").key(own + "bytes");
  }
}
