package io.mirrorneuron.store.bucket;

import io.mirrorneuron.model.Lifetime;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.model.RunStatus;
import io.mirrorneuron.store.JobStore;
import io.mirrorneuron.store.Keys;
import io.mirrorneuron.store.RedisJobStore;
import io.mirrorneuron.store.RedisNodeRegistry;
import io.mirrorneuron.store.bucket.StorePlaces.Place;
import io.vertx.core.Future;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Copies all state from one Redis into a Redis Cluster, or the other way round. The source keeps
 * its data, with a mark that stops servers from using it: no job may run in both. An interrupted
 * copy can be repeated from the start; until it is complete, no server uses the target ({@link
 * #requireUsable}).
 */
public final class StoreMove {
  private static final String INDEX_VERSION = "2";
  private static final long PATIENCE_SECONDS = 60;

  private final StorePlaces from;
  private final StorePlaces to;

  public record Moved(long jobs, long others) {}

  public StoreMove(StorePlaces from, StorePlaces to) {
    this.from = from;
    this.to = to;
  }

  /**
   * Blocks until the copy is complete.
   *
   * @throws MnException PRECONDITION when a server uses either side, the source was copied before,
   *     or the target has jobs of another origin
   */
  public Moved run() {
    requireNobody(from);
    requireNobody(to);
    requireReady();
    ask(from.shared(), Request.cmd(Command.DEL).arg(left(from)));
    if (ask(to.shared(), Request.cmd(Command.SET).arg(mark(to)).arg("under way").arg("GET"))
        != null) {
      to.jobs().forEach(bucket -> OtherMove.clear(bucket, mark(to)));
      OtherMove.clear(to.shared(), mark(to));
    }
    Set<String> moved = new JobMove(from, to).run();
    new ClaimMove(from, to, moved).run();
    long others = new OtherMove(from.shared(), to.shared()).run();
    Map<String, Long> before = counts(from);
    Map<String, Long> after = counts(to);
    if (!before.equals(after)) {
      throw MnException.precondition(
          "copied, but the counts differ: %s before and %s after; has somebody changed either?"
              .formatted(before, after));
    }
    ask(from.shared(), Request.cmd(Command.SET).arg(left(from)).arg("moved"));
    ask(to.shared(), Request.cmd(Command.DEL).arg(mark(to)));
    return new Moved(moved.size(), others);
  }

  private void requireNobody(StorePlaces places) {
    Place shared = places.shared();
    Set<String> living =
        result(
            Future.fromCompletionStage(
                new RedisNodeRegistry(shared.pipelines(), shared.keys(), Lifetime.DEFAULT)
                    .living()));
    if (!living.isEmpty()) {
      throw MnException.precondition(
          "servers work with %s: stop %s first, or wait %s when they have just died"
              .formatted(called(places), String.join(", ", living), lifetime(shared).words()));
    }
  }

  private static Lifetime lifetime(Place shared) {
    Response kept = ask(shared, Request.cmd(Command.GET).arg(shared.keys().silence()));
    return kept == null ? Lifetime.DEFAULT : new Lifetime(kept.toLong());
  }

  private String called(StorePlaces places) {
    return kind(places) + (places == from ? " that is to be copied" : "");
  }

  private static String kind(StorePlaces places) {
    return places.isBuckets() ? "the Redis Cluster" : "the Redis";
  }

  private void requireReady() {
    result(requireWhole(from));
    if (from.jobs().stream().anyMatch(place -> !isPresentVersion(place))) {
      throw MnException.precondition(
          "there is nothing under the namespace %s, or an earlier version has written it: start a server of this version on it once"
              .formatted(from.shared().keys().namespace()));
    }
    boolean isBegun = isThere(to, mark(to));
    if (!isBegun && isThere(from, left(from))) {
      throw MnException.precondition(
          "what %s keeps was copied before, and may have gone on where it is now. To copy it once more, delete its key %s"
              .formatted(kind(from), left(from)));
    }
    Map<String, Long> there = counts(to);
    if (!isBegun && (!there.isEmpty() || isThere(to, left(to)))) {
      throw MnException.precondition(
          "%s has jobs under this namespace already (%s); choose another redis.namespace for one of both"
              .formatted(kind(to), reported(there)));
    }
  }

  private static String reported(Map<String, Long> counts) {
    return counts.isEmpty()
        ? "copied elsewhere since"
        : counts.entrySet().stream()
            .map(count -> count.getValue() + " " + count.getKey())
            .collect(Collectors.joining(", "));
  }

  private static boolean isPresentVersion(Place place) {
    Response version = ask(place, Request.cmd(Command.GET).arg(place.keys().indexVersion()));
    return version != null && version.toString().equals(INDEX_VERSION);
  }

  private static boolean isThere(StorePlaces places, String key) {
    return ask(places.shared(), Request.cmd(Command.GET).arg(key)) != null;
  }

  private static Map<String, Long> counts(StorePlaces places) {
    Place shared = places.shared();
    Duration unused = Duration.ofDays(1);
    JobStore jobs =
        places.isBuckets()
            ? new BucketedJobStore(places, unused, 1)
            : new RedisJobStore(shared.pipelines(), shared.keys(), unused, 1);
    return result(Future.fromCompletionStage(jobs.counts()));
  }

  private static String mark(StorePlaces places) {
    return places.shared().keys().namespace() + ":move";
  }

  private static String left(StorePlaces places) {
    return places.shared().keys().namespace() + ":moved";
  }

  /** Fails when the data here was moved elsewhere, or is an incomplete copy. */
  public static Future<Void> requireUsable(StorePlaces places) {
    return requireWhole(places).compose(whole -> requireHere(places));
  }

  private static Future<Void> requireHere(StorePlaces places) {
    return requireNo(
        places,
        left(places),
        places.isBuckets()
            ? "what this Redis Cluster keeps was copied into one Redis: name that by redis.url (MN_REDIS_URL). To go on here instead, delete the key %s; jobs that work there would work twice"
            : "what this Redis keeps was copied into a Redis Cluster: name that by redis.cluster (MN_REDIS_CLUSTER). To go on here instead, delete the key %s; jobs that work there would work twice");
  }

  private static Future<Void> requireWhole(StorePlaces places) {
    return requireNo(
        places,
        mark(places),
        "a copy into "
            + kind(places)
            + " is under way or has broken off: let mn runtime move end, or call it again");
  }

  private static Future<Void> requireNo(StorePlaces places, String key, String refusal) {
    return places
        .shared()
        .pipelines()
        .send(Request.cmd(Command.GET).arg(key))
        .compose(
            mark ->
                mark == null
                    ? Future.succeededFuture()
                    : Future.failedFuture(MnException.precondition(refusal.formatted(key))));
  }

  static Response ask(Place place, Request request) {
    return result(place.pipelines().send(request));
  }

  /** Waits for the answer, within a limit; fails with the error of Redis. */
  public static <T> T result(Future<T> asked) {
    try {
      return asked.await(PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      throw MnException.unavailable("Redis does not answer; call it again when it does", e);
    }
  }

  /**
   * Copies claims of jobs: idempotency keys and chosen run ids. In buckets each claim is a key in
   * the bucket of its own name, see {@link JobClaims}; on one Redis the runs are one hash. Claims
   * of removed jobs are not copied.
   */
  private static final class ClaimMove {
    private final StorePlaces from;
    private final StorePlaces to;
    private final Set<String> jobs;

    /**
     * @param jobs that were copied
     */
    ClaimMove(StorePlaces from, StorePlaces to, Set<String> jobs) {
      this.from = from;
      this.to = to;
      this.jobs = jobs;
    }

    void run() {
      for (Place place : from.jobs()) {
        each(place, place.keys().idempotency(""), name -> copyKey(place, name));
        if (from.isBuckets()) {
          ClaimKeys claims = new ClaimKeys(place.keys());
          each(place, claims.run(""), run -> copyRun(run, job(text(place, claims.run(run)))));
        } else {
          StoredJobs.texts(
                  StoreMove.ask(place, Request.cmd(Command.HGETALL).arg(place.keys().chosenRuns())))
              .forEach(this::copyRun);
        }
      }
    }

    private static void each(Place place, String beginning, Consumer<String> hears) {
      OtherMove.eachPage(
          place,
          beginning,
          page -> page.forEach(key -> hears.accept(key.substring(beginning.length()))));
    }

    /** Empty when the key is gone. */
    private static String text(Place place, String key) {
      Response text = StoreMove.ask(place, Request.cmd(Command.GET).arg(key));
      return text == null ? "" : text.toString();
    }

    /** The job in {@code <hash> <job>}. */
    private static String job(String claim) {
      return claim.substring(claim.indexOf(' ') + 1);
    }

    /** Keeps the remaining time to live. */
    private void copyKey(Place place, String name) {
      String key = place.keys().idempotency(name);
      String claim = text(place, key);
      long left = StoreMove.ask(place, Request.cmd(Command.PTTL).arg(key)).toLong();
      if (left > 0 && jobs.contains(job(claim))) {
        Place there = to.of(name);
        StoreMove.ask(
            there,
            Request.cmd(Command.SET)
                .arg(there.keys().idempotency(name))
                .arg(claim)
                .arg("PX")
                .arg(left));
      }
    }

    private void copyRun(String run, String job) {
      if (!jobs.contains(job)) {
        return;
      }
      Place there = to.of(run);
      StoreMove.ask(
          there,
          to.isBuckets()
              ? Request.cmd(Command.SET).arg(new ClaimKeys(there.keys()).run(run)).arg("- " + job)
              : Request.cmd(Command.HSET).arg(there.keys().chosenRuns()).arg(run).arg(job));
    }
  }

  /** Copies jobs with all their data: first the jobs, then their index. */
  private static final class JobMove {
    /** Jobs that are copied at the same time. */
    private static final int BATCH = 100;

    private static final List<String> OPEN =
        List.of("pending", "validated", "scheduled", "running", "pausing", "paused", "cancelling");

    private final StorePlaces from;
    private final StorePlaces to;

    JobMove(StorePlaces from, StorePlaces to) {
      this.from = from;
      this.to = to;
    }

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
        each(
            members(place, set, true),
            2,
            (job, score) -> index(job, Command.ZADD, set, score, job));
      }
      for (String set :
          Stream.concat(
                  OPEN.stream().map(word -> "open:" + word), Stream.of("unrecorded", "unread"))
              .toList()) {
        each(members(place, set, false), 1, (job, none) -> index(job, Command.SADD, set, job));
      }
    }

    private static Future<?> done() {
      return Future.succeededFuture();
    }

    /** Each member, followed by its score if it has one. */
    private static List<String> members(Place place, String set, boolean isScored) {
      String key = place.keys().jobs() + set;
      Request read =
          isScored
              ? Request.cmd(Command.ZRANGE).arg(key).arg(0).arg(-1).arg("WITHSCORES")
              : Request.cmd(Command.SMEMBERS).arg(key);
      return StoreMove.ask(place, read).stream().map(Response::toString).toList();
    }

    private static void each(
        List<String> members, int width, BiFunction<String, String, Future<?>> effect) {
      List<Future<?>> underWay = new ArrayList<>();
      for (int i = 0; i < members.size(); i += width) {
        underWay.add(effect.apply(members.get(i), width == 2 ? members.get(i + 1) : null));
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
      return bucket.pipelines().send(request);
    }

    /** Copies the ledger of resources, or of executions elsewhere. */
    private void copyLedger(Set<String> jobs, Place place, Function<Keys, String> ledger) {
      StoredJobs.texts(
              StoreMove.ask(place, Request.cmd(Command.HGETALL).arg(ledger.apply(place.keys()))))
          .forEach(
              (execution, text) -> {
                String job = jobOf(execution, jobs);
                if (job != null) {
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

    /** The job in an execution id: the id of the job, a dot, and more. */
    private static String jobOf(String execution, Set<String> jobs) {
      for (int dot = execution.lastIndexOf('.');
          dot > 0;
          dot = execution.lastIndexOf('.', dot - 1)) {
        if (jobs.contains(execution.substring(0, dot))) {
          return execution.substring(0, dot);
        }
      }
      return null;
    }
  }

  /** Copies all other keys under the same names, except for the tag of keys outside buckets. */
  private static final class OtherMove {
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
              keys.namespace() + ":{job:", // this and the next ones up to elsewhere: see JobMove
              keys.jobs(),
              keys.chosenRuns(), // this and the next ones: see ClaimMove
              keys.idempotency(""),
              keys.allocations(),
              keys.elsewhere(),
              keys.acknowledged(),
              keys.trial(),
              keys.namespace() + ":nodes"); // servers publish this themselves
    }

    /** Returns the number of copied keys. */
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

    /** Passes on all keys with this beginning, some more than once. */
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

    /** Removes the remains of an interrupted copy; the source may have changed since. */
    static void clear(Place place, String but) {
      eachPage(
          place,
          place.keys().namespace() + ":",
          page ->
              StoreMove.result(
                  Future.all(
                      page.stream()
                          .filter(key -> !key.equals(but))
                          .map(key -> place.pipelines().send(Request.cmd(Command.UNLINK).arg(key)))
                          .toList())));
    }

    private String fresh(String key) {
      return to.keys().namespace() + key.substring(from.keys().namespace().length());
    }

    /** Does nothing when the key is absent. */
    static Future<?> copy(Place from, String old, Place to, String fresh) {
      Future<Response> dump = from.pipelines().send(Request.cmd(Command.DUMP).arg(old));
      Future<Response> left = from.pipelines().send(Request.cmd(Command.PTTL).arg(old));
      return Future.all(dump, left)
          .compose(
              both ->
                  dump.result() == null
                      ? Future.succeededFuture()
                      : to.pipelines()
                          .send(
                              Request.cmd(Command.RESTORE)
                                  .arg(fresh)
                                  .arg(Math.max(0, left.result().toLong()))
                                  .arg(dump.result().toBuffer())
                                  .arg("REPLACE"))
                          .recover(failure -> Future.failedFuture(reported(failure))));
    }

    private static Throwable reported(Throwable failure) {
      return String.valueOf(failure.getMessage()).contains("DUMP payload version")
          ? MnException.precondition(
              "the Redis that is copied to is older than the one that is copied, and cannot read what that has: renew it first")
          : failure;
    }
  }
}
