package io.mirrorneuron.store.bucket;

import io.mirrorneuron.model.RunStatus;
import io.mirrorneuron.store.packed.StoredJobs;
import io.vertx.core.Future;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * Copies jobs with all that belongs to them into their buckets: first what they are, then where
 * they stand.
 */
final class JobMove {
  /** So many jobs at once are under way. */
  private static final int BATCH = 100;

  private static final List<String> OPEN =
      List.of("pending", "validated", "scheduled", "running", "pausing", "paused", "cancelling");

  private final Place from;
  private final StorePlaces to;

  JobMove(Place from, StorePlaces to) {
    this.from = from;
    this.to = to;
  }

  /** Answers their ids. */
  Set<String> run() {
    Set<String> jobs = new LinkedHashSet<>();
    List<String> scored =
        Stream.concat(Stream.of("active"), RunStatus.FINAL_WORDS.stream()).toList();
    for (String set : scored) {
      each(members(set, true), 2, (job, score) -> jobs.add(job) ? copy(job) : done());
    }
    for (String set : Stream.concat(scored.stream(), Stream.of("leaving")).toList()) {
      each(members(set, true), 2, (job, score) -> index(job, Command.ZADD, set, score, job));
    }
    for (String set :
        Stream.concat(OPEN.stream().map(word -> "open:" + word), Stream.of("unrecorded", "unread"))
            .toList()) {
      each(members(set, false), 1, (job, none) -> index(job, Command.SADD, set, job));
    }
    copyLedgers(jobs);
    for (Place bucket : to.jobs()) {
      StoreMove.ask(bucket, Request.cmd(Command.SET).arg(bucket.keys().indexVersion()).arg("2"));
    }
    return jobs;
  }

  private static Future<?> done() {
    return Future.succeededFuture();
  }

  /** With the score of each behind it, if it has one. */
  private List<String> members(String set, boolean isScored) {
    String key = from.keys().jobs() + set;
    Request read =
        isScored
            ? Request.cmd(Command.ZRANGE).arg(key).arg(0).arg(-1).arg("WITHSCORES")
            : Request.cmd(Command.SMEMBERS).arg(key);
    return StoreMove.ask(from, read).stream().map(Response::toString).toList();
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
    Place bucket = to.of(job);
    List<String> old = from.keys().ofJob(job);
    List<String> fresh = bucket.keys().ofJob(job);
    List<Future<?>> parts = new ArrayList<>();
    for (int i = 0; i < old.size(); i++) {
      parts.add(OtherMove.copy(from, old.get(i), bucket, fresh.get(i)));
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

  /** What programs have, where they are, and the run ids that were chosen. */
  private void copyLedgers(Set<String> jobs) {
    copyLedger(jobs, from.keys().allocations(), place -> place.keys().allocations());
    copyLedger(jobs, from.keys().elsewhere(), place -> place.keys().elsewhere());
    hash(from.keys().chosenRuns())
        .forEach(
            (run, job) -> {
              if (jobs.contains(job)) {
                Place place = to.of(run);
                StoreMove.ask(
                    place,
                    Request.cmd(Command.SET)
                        .arg(new ClaimKeys(place.keys()).run(run))
                        .arg("- " + job));
              }
            });
  }

  private Map<String, String> hash(String key) {
    return StoredJobs.texts(StoreMove.ask(from, Request.cmd(Command.HGETALL).arg(key)));
  }

  private void copyLedger(Set<String> jobs, String old, Function<Place, String> fresh) {
    hash(old)
        .forEach(
            (execution, text) -> {
              String job = jobOf(execution, jobs);
              if (job != null) { // else it has been removed meanwhile
                Place bucket = to.of(job);
                StoreMove.ask(
                    bucket,
                    Request.cmd(Command.HSET).arg(fresh.apply(bucket)).arg(execution).arg(text));
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
