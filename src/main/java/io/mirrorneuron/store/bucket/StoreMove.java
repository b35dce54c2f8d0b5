package io.mirrorneuron.store.bucket;

import io.mirrorneuron.model.Lifetime;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.store.JobStore;
import io.mirrorneuron.store.RedisJobStore;
import io.mirrorneuron.store.RedisNodeRegistry;
import io.vertx.core.Future;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;

/**
 * Copies all that servers kept in one Redis into a Redis Cluster, or the other way round. Where it
 * was keeps it, with a mark that servers heed: jobs must not go on twice. What breaks off may be
 * begun again, and begins anew; until it is through, no server uses what is there by then ({@link
 * #requireUsable}).
 */
public final class StoreMove {
  private static final String INDEX_VERSION = "2";
  private static final long PATIENCE_SECONDS = 60;

  private final StorePlaces from;
  private final StorePlaces to;

  /** How much was copied. */
  public record Moved(long jobs, long others) {}

  public StoreMove(StorePlaces from, StorePlaces to) {
    this.from = from;
    this.to = to;
  }

  /**
   * Blocks until all is there.
   *
   * @throws MnException PRECONDITION when somebody works with either of both, it was copied before,
   *     or there are jobs of another origin
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
                new RedisNodeRegistry(shared.lanes(), shared.keys(), Lifetime.DEFAULT).living()));
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
              .formatted(kind(to), told(there)));
    }
  }

  private static String told(Map<String, Long> counts) {
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
            : new RedisJobStore(shared.lanes(), shared.keys(), unused, 1);
    return result(Future.fromCompletionStage(jobs.counts()));
  }

  private static String mark(StorePlaces places) {
    return places.shared().keys().namespace() + ":move";
  }

  private static String left(StorePlaces places) {
    return places.shared().keys().namespace() + ":moved";
  }

  /**
   * Fails when what is here has gone on elsewhere, or is only a part of what is being copied here.
   */
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
        .lanes()
        .send(Request.cmd(Command.GET).arg(key))
        .compose(
            mark ->
                mark == null
                    ? Future.succeededFuture()
                    : Future.failedFuture(MnException.precondition(refusal.formatted(key))));
  }

  static Response ask(Place place, Request request) {
    return result(place.lanes().send(request));
  }

  /** What was asked for, as long as it may take; fails with what Redis says. */
  public static <T> T result(Future<T> asked) {
    try {
      return asked.await(PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      throw MnException.unavailable("Redis does not answer; call it again when it does", e);
    }
  }
}
