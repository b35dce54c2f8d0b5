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
 * Places of all stored data: a single one on one Redis; on a Redis Cluster one for each bucket of
 * jobs and one for everything else.
 *
 * @param shared for everything but jobs
 * @param jobs one place, or one for each bucket
 */
public record StorePlaces(Place shared, List<Place> jobs) {
  public static StorePlaces one(RedisPipelines pipelines, Keys keys) {
    Place only = new Place(pipelines, keys);
    return new StorePlaces(only, List.of(only));
  }

  /**
   * A Redis Cluster. Each bucket has a connection, which follows its slot.
   *
   * @param keys without a bucket
   * @param isAcknowledged whether a replica must have each write before it is answered
   * @param timeout a connection with pending commands is closed after so much silence
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

  /** Keys outside buckets, then those of the buckets. */
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

  /** The place of a job, or of anything else with a bucket by its name. */
  public Place of(String name) {
    return isBuckets() ? jobs.get(Buckets.of(name)) : jobs.getFirst();
  }

  /** The job's event loop. */
  public Executor executor(String jobId) {
    return of(jobId).pipelines().executor(jobId);
  }

  /** Whether every server is connected. */
  public boolean isConnected() {
    return shared.pipelines().isConnected()
        && jobs.stream().allMatch(place -> place.pipelines().isConnected());
  }

  public void onRestart(Consumer<Executor> first, Runnable then) {
    shared.pipelines().onRestart(first, then);
    if (isBuckets()) {
      jobs.forEach(place -> place.pipelines().onRestart(first, then));
    }
  }

  /** Keys, and the connections to the server that has them. */
  public record Place(RedisPipelines pipelines, Keys keys) {}
}
