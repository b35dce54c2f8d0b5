package io.mirrorneuron.store.bucket;

import io.mirrorneuron.model.MnException;
import io.mirrorneuron.store.Keys;
import io.vertx.core.Future;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/** Copies what is no job: it keeps its names, but for the tag of what is in no bucket. */
final class OtherMove {
  private static final int PAGE = 1000;

  private final Place from;
  private final Place to;
  private final List<String> left;

  OtherMove(Place from, Place to) {
    this.from = from;
    this.to = to;
    Keys keys = from.keys();
    this.left =
        List.of(
            keys.namespace() + ":{job:", // see JobMove, as all up to elsewhere
            keys.jobs(),
            keys.chosenRuns(), // see ClaimMove, as the next ones
            keys.idempotency(""),
            keys.allocations(),
            keys.elsewhere(),
            keys.acknowledged(),
            keys.trial(),
            keys.namespace() + ":nodes"); // servers tell of themselves
  }

  /** Answers how many keys were copied. */
  long run() {
    AtomicLong copied = new AtomicLong();
    eachPage(
        from,
        from.keys().namespace() + ":",
        page -> {
          List<Future<?>> copies = new ArrayList<>();
          for (String key : page) {
            if (left.stream().noneMatch(key::startsWith)) {
              copies.add(copy(from, key, to, fresh(key)));
            }
          }
          StoreMove.result(Future.all(copies));
          copied.addAndGet(copies.size());
        });
    return copied.get();
  }

  /** Passes on all keys that begin so, some more than once. */
  static void eachPage(Place place, String beginning, Consumer<List<String>> hears) {
    String pattern = beginning.replaceAll("[\\[\\]*?\\\\]", "\\\\$0") + "*";
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
        place.keys().namespace() + ":",
        page ->
            StoreMove.result(
                Future.all(
                    page.stream()
                        .filter(key -> !key.equals(but))
                        .map(key -> place.lanes().send(Request.cmd(Command.UNLINK).arg(key)))
                        .toList())));
  }

  private String fresh(String key) {
    return to.keys().namespace() + key.substring(from.keys().namespace().length());
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
            "the Redis that is copied to is older than the one that is copied, and cannot read what that has: renew it first")
        : failure;
  }
}
