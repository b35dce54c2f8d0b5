package io.mirrorneuron.store.bucket;

import io.mirrorneuron.model.MnException;
import io.mirrorneuron.store.Keys;
import io.mirrorneuron.store.RedisJobStore;
import io.mirrorneuron.store.RedisLanes;
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

/**
 * Copies all that servers kept in one Redis into a Redis Cluster. The Redis keeps it, with a mark
 * that servers heed ({@link #requireHere}): jobs must not go on twice. What breaks off may be begun
 * again, and begins anew; until it is through, no server uses the cluster ({@link #requireNone}).
 */
public final class StoreMove {
  private static final String INDEX_VERSION = "2";
  private static final long PATIENCE_SECONDS = 60;

  private final Place from;
  private final StorePlaces to;

  /** How much was copied. */
  public record Moved(long jobs, long others) {}

  /**
   * @param from where jobs and all else are in one place
   */
  public StoreMove(RedisLanes from, Keys keys, StorePlaces to) {
    this.from = new Place(from, keys);
    this.to = to;
  }

  /**
   * Blocks until all is there.
   *
   * @throws MnException PRECONDITION when somebody works with either of both, or the cluster has
   *     jobs of another origin
   */
  public Moved run() {
    requireNobody(from, "the Redis that is to be copied");
    requireNobody(to.shared(), "the Redis Cluster");
    requireReady();
    ask(from, Request.cmd(Command.DEL).arg(left(from.keys())));
    if (ask(to.shared(), Request.cmd(Command.SET).arg(mark(to)).arg("under way").arg("GET"))
        != null) {
      to.jobs().forEach(bucket -> OtherMove.clear(bucket, null));
      OtherMove.clear(to.shared(), mark(to));
    }
    JobMove jobs = new JobMove(from, to);
    Set<String> moved = jobs.run();
    long others = new OtherMove(from, to).run(moved);
    Map<String, Long> before = counts(from);
    Map<String, Long> after = counts(to);
    if (!before.equals(after)) {
      throw MnException.precondition(
          "copied, but the counts differ: %s before and %s after; has somebody changed either?"
              .formatted(before, after));
    }
    ask(from, Request.cmd(Command.SET).arg(left(from.keys())).arg("moved"));
    ask(to.shared(), Request.cmd(Command.DEL).arg(mark(to)));
    return new Moved(moved.size(), others);
  }

  private static void requireNobody(Place place, String what) {
    Set<String> living =
        result(
            Future.fromCompletionStage(
                new RedisNodeRegistry(place.lanes(), place.keys()).living()));
    if (!living.isEmpty()) {
      throw MnException.precondition(
          "servers work with %s: stop %s first, or wait 15 s when they have just died"
              .formatted(what, String.join(", ", living)));
    }
  }

  private void requireReady() {
    Response version = ask(from, Request.cmd(Command.GET).arg(from.keys().indexVersion()));
    if (version == null || !version.toString().equals(INDEX_VERSION)) {
      throw MnException.precondition(
          "there is nothing under the namespace %s, or an earlier version has written it: start a server of this version on it once"
              .formatted(from.keys().namespace()));
    }
    boolean isBegun = ask(to.shared(), Request.cmd(Command.GET).arg(mark(to))) != null;
    Map<String, Long> there = counts(to);
    if (!isBegun && !there.isEmpty()) {
      throw MnException.precondition(
          "the Redis Cluster has jobs under this namespace already (%s); choose another redis.namespace for one of both"
              .formatted(there));
    }
  }

  private static Map<String, Long> counts(Place place) {
    RedisJobStore jobs = new RedisJobStore(place.lanes(), place.keys(), Duration.ofDays(1), 1);
    return result(Future.fromCompletionStage(jobs.counts()));
  }

  private static Map<String, Long> counts(StorePlaces places) {
    return result(
        Future.fromCompletionStage(new BucketedJobStore(places, Duration.ofDays(1), 1).counts()));
  }

  private static String mark(StorePlaces places) {
    return places.shared().keys().namespace() + ":move";
  }

  private static String left(Keys keys) {
    return keys.namespace() + ":moved";
  }

  /** Fails when what is in the one Redis has gone on in a Redis Cluster. */
  public static Future<Void> requireHere(StorePlaces places) {
    String key = left(places.shared().keys());
    return places
        .shared()
        .lanes()
        .send(Request.cmd(Command.GET).arg(key))
        .compose(
            mark ->
                mark == null
                    ? Future.succeededFuture()
                    : Future.failedFuture(
                        MnException.precondition(
                            "what this Redis keeps was copied into a Redis Cluster: name that by redis.cluster (MN_REDIS_CLUSTER). To go on here instead, delete the key %s; jobs that work there would work twice"
                                .formatted(key))));
  }

  /** Fails when what is in the cluster is only a part of what is being copied there. */
  public static Future<Void> requireNone(StorePlaces places) {
    return places
        .shared()
        .lanes()
        .send(Request.cmd(Command.GET).arg(mark(places)))
        .compose(
            mark ->
                mark == null
                    ? Future.succeededFuture()
                    : Future.failedFuture(
                        MnException.precondition(
                            "a copy into the Redis Cluster is under way or has broken off: let mn runtime move end, or call it again")));
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
