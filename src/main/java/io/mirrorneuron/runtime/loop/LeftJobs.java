package io.mirrorneuron.runtime.loop;

import io.mirrorneuron.store.JobHolder;
import io.mirrorneuron.store.JobStore;
import io.mirrorneuron.store.NodeRegistry;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds open jobs whose owner is dead, or was this node before it was started anew, and has them
 * taken over.
 */
final class LeftJobs {
  private static final Logger LOG = LoggerFactory.getLogger(LeftJobs.class);

  /** Jobs that are asked for together, so that others are answered in between. */
  private static final int AT_ONCE = 500;

  private final JobStore store;
  private final NodeRegistry nodes;
  private final String owner;
  private final Predicate<String> isOpen;
  private final TakeOver takeOver;

  /** See {@link NodeRegistry.Beat}, of the last heartbeat. */
  private long departures = -1;

  /**
   * @param isOpen whether a job is already open on this node
   */
  LeftJobs(Engine.Ports ports, String owner, Predicate<String> isOpen, TakeOver takeOver) {
    this.store = ports.store();
    this.nodes = ports.nodes();
    this.owner = owner;
    this.isOpen = isOpen;
    this.takeOver = takeOver;
  }

  /**
   * Takes over the jobs of each owner that has left or died since this was called before. The first
   * time nobody has: what was left before is looked for at the start, in order.
   */
  void see(NodeRegistry.Beat beat) {
    synchronized (this) {
      boolean isFirst = departures < 0;
      boolean isSame = beat.departures() == departures;
      departures = beat.departures();
      if (isFirst || isSame) {
        return;
      }
    }
    LOG.info("a node is gone; looking for its jobs");
    orphans();
  }

  /**
   * Takes over every open job that has no living owner. What the store does not answer now is tried
   * again until it does. Answers how many it took over at once.
   */
  CompletionStage<Integer> orphans() {
    return store
        .activeJobs()
        .thenCompose(
            jobs -> {
              List<String> others = jobs.stream().filter(job -> !isOpen.test(job)).toList();
              return adoptFrom(others, 0, new AtomicInteger());
            })
        .whenComplete(
            (count, failure) -> {
              if (failure != null && !takeOver.isClosed()) {
                LOG.warn("open jobs could not be listed: {}; trying again", failure.toString());
                takeOver.later(this::orphans);
              }
            });
  }

  private CompletionStage<Integer> adoptFrom(List<String> jobs, int from, AtomicInteger taken) {
    int to = Math.min(from + AT_ONCE, jobs.size());
    return from == to
        ? CompletableFuture.completedFuture(taken.get())
        : adoptOrphans(jobs.subList(from, to), taken)
            .thenCompose(done -> adoptFrom(jobs, to, taken));
  }

  /**
   * Asks who has the jobs, and then who lives: an owner that was dead at some time and lives again
   * has raised the epochs of its jobs since, and keeps them.
   */
  private CompletionStage<Void> adoptOrphans(List<String> jobs, AtomicInteger taken) {
    List<CompletableFuture<JobHolder>> holders =
        jobs.stream().map(job -> store.holder(job).toCompletableFuture()).toList();
    return all(holders.stream().map(holder -> holder.handle((its, failure) -> its)))
        .thenCompose(done -> nodes.living())
        .thenCompose(
            living -> {
              Predicate<String> takes = its -> its.equals(owner) || !living.contains(its);
              return all(
                  IntStream.range(0, jobs.size())
                      .mapToObj(
                          i ->
                              takeOver.adopt(
                                  jobs.get(i),
                                  holders.get(i),
                                  takes,
                                  taken,
                                  () -> adoptOrphan(jobs.get(i), taken))));
            });
  }

  private void adoptOrphan(String jobId, AtomicInteger taken) {
    adoptOrphans(List.of(jobId), taken)
        .exceptionally(
            failure -> {
              takeOver.later(() -> adoptOrphan(jobId, taken));
              return null;
            });
  }

  private static CompletableFuture<Void> all(Stream<CompletableFuture<?>> some) {
    return CompletableFuture.allOf(some.toArray(CompletableFuture<?>[]::new));
  }
}
