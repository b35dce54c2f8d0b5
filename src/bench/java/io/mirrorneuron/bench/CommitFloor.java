package io.mirrorneuron.bench;

import io.mirrorneuron.storage.Storage;
import io.mirrorneuron.store.JobStore;
import io.mirrorneuron.store.JobStore.Commit;
import io.mirrorneuron.store.JobStore.NewJob;
import io.mirrorneuron.store.JobStore.StoredEvent;
import io.mirrorneuron.store.JobStore.StoredJob;
import io.mirrorneuron.store.Keys;
import io.mirrorneuron.store.RedisJobStore;
import io.mirrorneuron.store.RedisPipelines;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;

/**
 * What a job of routers costs at least: the one commit that such a job is, with the bytes of a real
 * one, sent to the same Redis without HTTP and engine.
 */
final class CommitFloor implements AutoCloseable {
  private static final Duration TTL = Duration.ofHours(1);
  private static final int EVENTS = 10_000;

  private final Vertx vertx = Vertx.vertx(new VertxOptions().setPreferNativeTransport(true));
  private final JobStore store;
  private final StoredJob job;
  private final List<String> events;
  private final String row;
  private int number;

  /**
   * @param jobId of a completed job of that server, which is written again and again
   */
  CommitFloor(Server server, String jobId) throws Exception {
    RedisPipelines lanes =
        RedisPipelines.connect(vertx, server.redisUri(), Storage.unwatched())
            .await(10, TimeUnit.SECONDS);
    JobStore jobs = new RedisJobStore(lanes, new Keys(Server.NAMESPACE), TTL, EVENTS);
    job = jobs.load(jobId).toCompletableFuture().get().orElseThrow();
    row = jobs.row(jobId).toCompletableFuture().get();
    events =
        jobs.lastEvents(jobId, EVENTS).toCompletableFuture().get().stream()
            .map(StoredEvent::json)
            .toList();
    store = new RedisJobStore(lanes, new Keys("floor"), TTL, EVENTS);
  }

  Clients.Result run(int commits, int inFlight) throws Exception {
    Semaphore room = new Semaphore(inFlight);
    AtomicReference<Throwable> failed = new AtomicReference<>();
    double[] millis = new double[commits];
    long begin = System.nanoTime();
    for (int i = 0; i < commits; i++) {
      int index = i;
      room.acquire();
      long sent = System.nanoTime();
      commit()
          .whenComplete(
              (created, failure) -> {
                millis[index] = (System.nanoTime() - sent) / 1e6;
                failed.compareAndSet(null, failure);
                room.release();
              });
    }
    room.acquire(inFlight);
    double seconds = (System.nanoTime() - begin) / 1e9;
    if (failed.get() != null) {
      throw new IllegalStateException("a bare commit failed", failed.get());
    }
    return new Clients.Result(commits / seconds, new Series(millis));
  }

  private CompletionStage<JobStore.Created> commit() {
    String id = job.jobId() + "-" + number++;
    return store.create(
        new NewJob(id, job.owner(), job.manifest(), null, null, null),
        new Commit(
            id,
            1,
            job.fields(),
            List.of(),
            Map.of(),
            List.of(),
            events,
            events.size(),
            row,
            0,
            "completed",
            true,
            JobStore.Allocations.NONE,
            null));
  }

  @Override
  public void close() throws TimeoutException {
    vertx.close().await(10, TimeUnit.SECONDS);
  }
}
