package io.mirrorneuron.store.bucket;

import io.mirrorneuron.model.MnException;
import io.mirrorneuron.store.Keys;
import io.vertx.core.Future;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/** Copies what is no job: it keeps its names, behind the tag of what is in no bucket. */
final class OtherMove {
  private static final int PAGE = 1000;

  private final Place from;
  private final StorePlaces to;
  private final String idempotency;
  private final List<String> left;

  OtherMove(Place from, StorePlaces to) {
    this.from = from;
    this.to = to;
    Keys keys = from.keys();
    this.idempotency = keys.idempotency("");
    this.left =
        List.of(
            keys.namespace() + ":{job:", // see JobMove, as all up to elsewhere
            keys.jobs(),
            keys.chosenRuns(),
            keys.allocations(),
            keys.elsewhere(),
            keys.acknowledged(),
            keys.trial(),
            keys.namespace() + ":nodes"); // servers tell of themselves
  }

  /** Answers how many keys were copied. */
  long run(Set<String> jobs) {
    AtomicLong copied = new AtomicLong();
    eachPage(
        from,
        page -> {
          List<Future<?>> copies = new ArrayList<>();
          for (String key : page) {
            if (key.startsWith(idempotency)) {
              claim(key, jobs);
            } else if (left.stream().noneMatch(key::startsWith)) {
              copies.add(copy(from, key, to.shared(), fresh(key)));
            }
          }
          StoreMove.result(Future.all(copies));
          copied.addAndGet(copies.size());
        });
    return copied.get();
  }

  /** Passes on all keys of a namespace, some more than once. */
  private static void eachPage(Place place, Consumer<List<String>> hears) {
    String pattern = place.keys().namespace().replaceAll("[\\[\\]*?\\\\]", "\\\\$0") + ":*";
    String cursor = "0";
    do {
      Request scan = Request.cmd(Command.SCAN).arg(cursor).arg("MATCH").arg(pattern);
      Response page = StoreMove.ask(place, scan.arg("COUNT").arg(PAGE));
      cursor = page.get(0).toString();
      hears.accept(page.get(1).stream().map(Response::toString).toList());
    } while (!cursor.equals("0"));
  }

  /** Removes what a copy that broke off has left; the Redis may have changed since. */
  static void clear(Place place, String but) {
    eachPage(
        place,
        page ->
            StoreMove.result(
                Future.all(
                    page.stream()
                        .filter(key -> !key.equals(but))
                        .map(key -> place.lanes().send(Request.cmd(Command.UNLINK).arg(key)))
                        .toList())));
  }

  private String fresh(String key) {
    return to.shared().keys().namespace() + key.substring(from.keys().namespace().length());
  }

  /** Of a job that is there, for as long as it still holds. */
  private void claim(String key, Set<String> jobs) {
    Response claim = StoreMove.ask(from, Request.cmd(Command.GET).arg(key));
    Response left = StoreMove.ask(from, Request.cmd(Command.PTTL).arg(key));
    String text = claim == null ? "" : claim.toString();
    if (left.toLong() > 0 && jobs.contains(text.substring(text.indexOf(' ') + 1))) {
      String name = key.substring(idempotency.length());
      Place place = to.of(name);
      StoreMove.ask(
          place,
          Request.cmd(Command.SET)
              .arg(place.keys().idempotency(name))
              .arg(text)
              .arg("PX")
              .arg(left.toLong()));
    }
  }

  /** Nothing is done where nothing is. */
  static Future<?> copy(Place from, String old, Place to, String fresh) {
    Future<Response> dump = from.lanes().send(Request.cmd(Command.DUMP).arg(old));
    Future<Response> left = from.lanes().send(Request.cmd(Command.PTTL).arg(old));
    return Future.all(dump, left)
        .compose(
            both ->
                dump.result() == null
                    ? Future.succeededFuture()
                    : to.lanes()
                        .send(
                            Request.cmd(Command.RESTORE)
                                .arg(fresh)
                                .arg(Math.max(0, left.result().toLong()))
                                .arg(dump.result().toBuffer())
                                .arg("REPLACE"))
                        .recover(failure -> Future.failedFuture(told(failure))));
  }

  private static Throwable told(Throwable failure) {
    return String.valueOf(failure.getMessage()).contains("DUMP payload version")
        ? MnException.precondition(
            "the Redis Cluster is older than the Redis that is copied, and cannot read what that has: renew it first")
        : failure;
  }
}
