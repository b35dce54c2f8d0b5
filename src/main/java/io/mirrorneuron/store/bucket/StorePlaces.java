package io.mirrorneuron.store.bucket;

import io.mirrorneuron.storage.Storage;
import io.mirrorneuron.store.Keys;
import io.mirrorneuron.store.RedisPipelines;
import io.mirrorneuron.store.connection.ClusterMap;
import io.mirrorneuron.store.connection.RedisDialer;
import io.mirrorneuron.store.connection.RedisMaster;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/**
 * Where all that is stored lies: on one Redis in one place, on a Redis Cluster jobs in buckets and
 * everything else in a place beside them.
 *
 * @param shared of what is no job
 * @param jobs one place, or one for each bucket
 */
public record StorePlaces(Place shared, List<Place> jobs) {
  /** One Redis. */
  public static StorePlaces one(RedisPipelines pipelines, Keys keys) {
    Place only = new Place(pipelines, keys);
    return new StorePlaces(only, List.of(only));
  }

  /**
   * A Redis Cluster. Each bucket has a connection, which follows its slot.
   *
   * @param keys without a bucket
   * @param isAcknowledged whether a replica must have what is answered
   * @param timeout after so much silence a connection on which answers are due is given up
   */
  public static Future<StorePlaces> connect(
      Vertx vertx,
      ClusterMap cluster,
      Keys keys,
      boolean isAcknowledged,
      Storage storage,
      Duration timeout) {
    List<Future<RedisPipelines>> pipelines = new ArrayList<>();
    List<Keys> parts = parts(keys);
    for (Keys part : parts) {
      RedisMaster master = cluster.master(Buckets.slotOfKey(part.jobs()));
      RedisDialer dialer =
          isAcknowledged
              ? RedisDialer.acknowledged(master, part.acknowledged(), timeout)
              : RedisDialer.to(master);
      pipelines.add(
          pipelines.isEmpty()
              ? RedisPipelines.connect(vertx, dialer, storage, timeout)
              : RedisPipelines.single(vertx, dialer, storage, timeout));
    }
    return Future.all(pipelines)
        .map(all -> places(parts, pipelines.stream().map(Future::result).toList()));
  }

  /** What is no job, then the buckets. */
  private static List<Keys> parts(Keys keys) {
    List<Keys> parts = new ArrayList<>(List.of(keys.ofNoBucket()));
    IntStream.range(0, Buckets.COUNT)
        .mapToObj(Buckets::tag)
        .map(keys::ofBucket)
        .forEach(parts::add);
    return parts;
  }

  private static StorePlaces places(List<Keys> parts, List<RedisPipelines> pipelines) {
    List<Place> places =
        IntStream.range(0, parts.size())
            .mapToObj(i -> new Place(pipelines.get(i), parts.get(i)))
            .toList();
    return new StorePlaces(places.getFirst(), places.subList(1, places.size()));
  }

  /** The same connections with other keys. */
  public StorePlaces with(Keys keys) {
    List<RedisPipelines> pipelines = new ArrayList<>(List.of(shared.pipelines()));
    jobs.forEach(place -> pipelines.add(place.pipelines()));
    return isBuckets() ? places(parts(keys), pipelines) : one(shared.pipelines(), keys);
  }

  public boolean isBuckets() {
    return jobs.size() > 1;
  }

  /** Where the job is, or anything else that buckets are chosen for by its name. */
  public Place of(String name) {
    return isBuckets() ? jobs.get(Buckets.of(name)) : jobs.getFirst();
  }

  /** The thread that works for this job. */
  public Executor executor(String jobId) {
    return of(jobId).pipelines().executor(jobId);
  }

  /** Whether every server is connected. */
  public boolean isConnected() {
    return shared.pipelines().isConnected()
        && jobs.stream().allMatch(place -> place.pipelines().isConnected());
  }

  /** See {@link RedisPipelines#onRestart}. */
  public void onRestart(Consumer<Executor> first, Runnable then) {
    shared.pipelines().onRestart(first, then);
    if (isBuckets()) {
      jobs.forEach(place -> place.pipelines().onRestart(first, then));
    }
  }

  /** Keys, and the connections over which the server is reached that has them. */
  public record Place(RedisPipelines pipelines, Keys keys) {}
}
