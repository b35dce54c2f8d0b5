package io.mirrorneuron.store.bucket;

import io.mirrorneuron.model.RunStatus;
import io.mirrorneuron.store.Keys;
import io.vertx.core.Future;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * Copies jobs with all that belongs to them to where they shall lie: first what they are, then
 * where they stand.
 */
final class JobMove {
  /** So many jobs at once are under way. */
  private static final int BATCH = 100;

  private static final List<String> OPEN =
      List.of("pending", "validated", "scheduled", "running", "pausing", "paused", "cancelling");

  private final StorePlaces from;
  private final StorePlaces to;

  JobMove(StorePlaces from, StorePlaces to) {
    this.from = from;
    this.to = to;
  }

  /** Answers their ids. */
  Set<String> run() {
    Set<String> jobs = new LinkedHashSet<>();
    List<String> scored =
        Stream.concat(Stream.of("active"), RunStatus.FINAL_WORDS.stream()).toList();
    for (Place place : from.jobs()) {
      for (String set : scored) {
        each(members(place, set, true), 2, (job, score) -> jobs.add(job) ? copy(job) : done());
      }
    }
    from.jobs().forEach(place -> index(place, scored));
    from.jobs().forEach(place -> copyLedger(jobs, place, Keys::allocations));
    from.jobs().forEach(place -> copyLedger(jobs, place, Keys::elsewhere));
    for (Place bucket : to.jobs()) {
      StoreMove.ask(bucket, Request.cmd(Command.SET).arg(bucket.keys().indexVersion()).arg("2"));
    }
    return jobs;
  }

  private void index(Place place, List<String> scored) {
    for (String set : Stream.concat(scored.stream(), Stream.of("leaving")).toList()) {
      each(members(place, set, true), 2, (job, score) -> index(job, Command.ZADD, set, score, job));
    }
    for (String set :
        Stream.concat(OPEN.stream().map(word -> "open:" + word), Stream.of("unrecorded", "unread"))
            .toList()) {
      each(members(place, set, false), 1, (job, none) -> index(job, Command.SADD, set, job));
    }
  }

  private static Future<?> done() {
    return Future.succeededFuture();
  }

  /** With the score of each behind it, if it has one. */
  private static List<String> members(Place place, String set, boolean isScored) {
    String key = place.keys().jobs() + set;
    Request read =
        isScored
            ? Request.cmd(Command.ZRANGE).arg(key).arg(0).arg(-1).arg("WITHSCORES")
            : Request.cmd(Command.SMEMBERS).arg(key);
    return StoreMove.ask(place, read).stream().map(Response::toString).toList();
  }

  private static void each(
      List<String> members, int width, BiFunction<String, String, Future<?>> deed) {
    List<Future<?>> underWay = new ArrayList<>();
    for (int i = 0; i < members.size(); i += width) {
      underWay.add(deed.apply(members.get(i), width == 2 ? members.get(i + 1) : null));
      if (underWay.size() == BATCH || i + width >= members.size()) {
        StoreMove.result(Future.all(underWay));
        underWay.clear();
      }
    }
  }

  private Future<?> copy(String job) {
    Place place = from.of(job);
    Place bucket = to.of(job);
    List<String> old = place.keys().ofJob(job);
    List<String> fresh = bucket.keys().ofJob(job);
    List<Future<?>> parts = new ArrayList<>();
    for (int i = 0; i < old.size(); i++) {
      parts.add(OtherMove.copy(place, old.get(i), bucket, fresh.get(i)));
    }
    return Future.all(parts);
  }

  private Future<?> index(String job, Command add, String set, String... member) {
    Place bucket = to.of(job);
    Request request = Request.cmd(add).arg(bucket.keys().jobs() + set);
    for (String each : member) {
      request.arg(each);
    }
    return bucket.lanes().send(request);
  }

  /** What programs have, or where they are. */
  private void copyLedger(Set<String> jobs, Place place, Function<Keys, String> ledger) {
    StoredJobs.texts(
            StoreMove.ask(place, Request.cmd(Command.HGETALL).arg(ledger.apply(place.keys()))))
        .forEach(
            (execution, text) -> {
              String job = jobOf(execution, jobs);
              if (job != null) { // else it has been removed meanwhile
                Place bucket = to.of(job);
                StoreMove.ask(
                    bucket,
                    Request.cmd(Command.HSET)
                        .arg(ledger.apply(bucket.keys()))
                        .arg(execution)
                        .arg(text));
              }
            });
  }

  /** An execution is called by its job, a dot, and more. */
  private static String jobOf(String execution, Set<String> jobs) {
    for (int dot = execution.lastIndexOf('.'); dot > 0; dot = execution.lastIndexOf('.', dot - 1)) {
      if (jobs.contains(execution.substring(0, dot))) {
        return execution.substring(0, dot);
      }
    }
    return null;
  }
}
