package io.mirrorneuron.store;

import io.mirrorneuron.model.MnException;
import io.vertx.core.Future;
import io.vertx.redis.client.Response;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** Each operation is one script; see {@code webhook-deliveries.lua}. */
public final class RedisDeliveryQueue implements DeliveryQueue {
  private static final Script SCRIPT = Script.resource("webhook-deliveries.lua");

  private final RedisPipelines pipelines;
  private final Keys keys;
  private final Room room;

  public RedisDeliveryQueue(RedisPipelines pipelines, Keys keys, Room room) {
    this.pipelines = pipelines;
    this.keys = keys;
    this.room = room;
  }

  private Script.Call call(String operation) {
    return SCRIPT
        .call()
        .key(keys.webhookDeliveries(KIND))
        .key(keys.leader(KIND))
        .arg(operation)
        .arg(room.deliveries())
        .arg(room.bytes())
        .arg(room.delivered())
        .arg(room.seen());
  }

  private Future<Response> of(String operation, String target) {
    return call(operation).arg(target).send(pipelines);
  }

  @Override
  public CompletionStage<Void> open(String target) {
    return of("open", target).<Void>mapEmpty().toCompletionStage();
  }

  @Override
  public CompletionStage<Void> forget(String target) {
    return of("forget", target).<Void>mapEmpty().toCompletionStage();
  }

  @Override
  public CompletionStage<Integer> add(
      Delivery delivery, String overflow, Collection<String> targets) {
    Script.Call call =
        call("add").arg(delivery.id()).arg(delivery.about()).arg(delivery.body()).arg(overflow);
    targets.forEach(call::arg);
    return call.send(pipelines).map(Response::toInteger).toCompletionStage();
  }

  @Override
  public CompletionStage<List<Head>> due(int limit) {
    return call("due")
        .arg(limit)
        .send(pipelines)
        .map(RedisDeliveryQueue::heads)
        .toCompletionStage();
  }

  @Override
  public CompletionStage<Optional<Head>> head(String target) {
    return of("head", target)
        .map(reported -> heads(reported).stream().findFirst())
        .toCompletionStage();
  }

  private static List<Head> heads(Response reported) {
    List<Head> heads = new ArrayList<>();
    for (int i = 0; i < reported.size(); i += 5) {
      Delivery delivery =
          new Delivery(text(reported, i + 1), text(reported, i + 2), text(reported, i + 3));
      heads.add(new Head(text(reported, i), delivery, reported.get(i + 4).toInteger()));
    }
    return heads;
  }

  private static String text(Response reported, int index) {
    return reported.get(index).toString();
  }

  @Override
  public CompletionStage<Boolean> begin(long term, Head head, long aloneMs) {
    return isDone(tried("begin", term, head).arg(head.tries()).arg(aloneMs));
  }

  @Override
  public CompletionStage<Boolean> settle(long term, Head head, Verdict verdict) {
    return isDone(
        tried("settle", term, head)
            .arg(head.tries() + 1)
            .arg(word(verdict.fate()))
            .arg(verdict.note())
            .arg(verdict.delayMs())
            .arg(verdict.why()));
  }

  private Script.Call tried(String operation, long term, Head head) {
    return call(operation).arg(term).arg(head.target()).arg(head.delivery().id());
  }

  private CompletionStage<Boolean> isDone(Script.Call call) {
    return call.send(pipelines)
        .map(Response::toInteger)
        .compose(
            answer ->
                answer < 0
                    ? Future.<Boolean>failedFuture(
                        MnException.unavailable("another server leads by now", null))
                    : Future.succeededFuture(answer == 1))
        .toCompletionStage();
  }

  private static String word(Enum<?> word) {
    return word.name().toLowerCase(Locale.ROOT);
  }

  @Override
  public CompletionStage<List<Entry>> list(String target, State state, int limit) {
    return call("list")
        .arg(target)
        .arg(word(state))
        .arg(limit)
        .send(pipelines)
        .map(RedisDeliveryQueue::entries)
        .toCompletionStage();
  }

  private static List<Entry> entries(Response reported) {
    List<Entry> entries = new ArrayList<>();
    for (int i = 0; i < reported.size(); i += 6) {
      entries.add(
          new Entry(
              text(reported, i),
              text(reported, i + 1),
              reported.get(i + 2).toInteger(),
              text(reported, i + 3),
              text(reported, i + 4),
              reported.get(i + 5).toLong()));
    }
    return entries;
  }

  @Override
  public CompletionStage<Overview> overview(String target) {
    return of("overview", target)
        .map(
            reported ->
                new Overview(
                    text(reported, 0),
                    reported.get(1).toLong(),
                    reported.get(2).toLong(),
                    reported.get(3).toLong(),
                    reported.get(4).toLong()))
        .toCompletionStage();
  }

  @Override
  public CompletionStage<Integer> replay(String target, String id) {
    return call("replay")
        .arg(target)
        .arg(id)
        .send(pipelines)
        .map(Response::toInteger)
        .toCompletionStage();
  }

  @Override
  public CompletionStage<Boolean> enable(String target) {
    return of("enable", target).map(was -> was.toInteger() == 1).toCompletionStage();
  }
}
