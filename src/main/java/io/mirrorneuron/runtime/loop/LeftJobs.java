package io.mirrorneuron.runtime.loop;

import io.mirrorneuron.model.MnException;
import io.mirrorneuron.runtime.port.Executions;
import io.mirrorneuron.store.JobHolder;
import io.mirrorneuron.store.JobStore;
import io.mirrorneuron.store.NodeRegistry;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.function.Supplier;
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

  /** A search that takes longer, as programs of a job end slowly, holds up no other. */
  private static final long LONGEST_MS = 1_000;

  private final JobStore store;
  private final NodeRegistry nodes;
  private final String owner;
  private final Predicate<String> isOpen;
  private final TakeOver takeOver;
  private final Executions executions;
  private final Supplier<CompletionStage<?>> idle;

  /** See {@link NodeRegistry.Beat}, of the last heartbeat. */
  private long departures = -1;

  /** The search that runs, or whose next try is due soon. */
  private Search present;

  /** Of all who asked since the present one was begun. */
  private Search next;

  private static final class Search {
    private final CompletableFuture<Integer> taken = new CompletableFuture<>();
    private boolean resumes;
  }

  /**
   * @param isOpen whether a job is already open on this node
   * @param idle completes when each open job has decided on what it was offered until then
   */
  LeftJobs(
      Engine.Ports ports,
      String owner,
      Predicate<String> isOpen,
      TakeOver takeOver,
      Supplier<CompletionStage<?>> idle) {
    this.store = ports.store();
    this.nodes = ports.nodes();
    this.owner = owner;
    this.isOpen = isOpen;
    this.takeOver = takeOver;
    this.executions = ports.executions();
    this.idle = idle;
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
   * again until it does. All who ask while jobs are being looked for share one search, which begins
   * thereafter. Answers how many it took over at once.
   */
  CompletionStage<Integer> orphans() {
    return ask(false);
  }

  /**
   * The same when this node has just started, or the store may have lost something: programs that
   * had slots are given them first meanwhile.
   */
  CompletionStage<Integer> resumed() {
    return ask(true);
  }

  private CompletionStage<Integer> ask(boolean resumes) {
    Search asked;
    synchronized (this) {
      next = next == null ? new Search() : next;
      next.resumes |= resumes;
      asked = next;
    }
    beginNext();
    return asked.taken;
  }

  private void beginNext() {
    Search begun;
    synchronized (this) {
      if (present != null || next == null) {
        return;
      }
      present = next;
      begun = next;
      next = null;
    }
    takeOver.later(LONGEST_MS, () -> over(begun));
    if (begun.resumes) {
      resumeFirst(begun.taken);
    }
    search().whenComplete((count, failure) -> searched(begun, count, failure));
  }

  private void resumeFirst(CompletionStage<Integer> taken) {
    CompletableFuture<Void> ordered = new CompletableFuture<>();
    executions.resumeFirst(ordered);
    taken
        .handle((count, failure) -> idle.get())
        .thenCompose(decided -> decided)
        .whenComplete((done, failure) -> ordered.complete(null));
  }

  private void searched(Search ended, Integer count, Throwable failure) {
    if (failure == null) {
      ended.taken.complete(count);
      over(ended);
      return;
    }
    ended.taken.completeExceptionally(failure);
    if (takeOver.isClosed()) {
      over(ended);
    } else {
      LOG.warn("open jobs could not be listed: {}; trying again", failure.toString());
      takeOver.later(
          () -> {
            orphans();
            over(ended);
          });
    }
  }

  private void over(Search which) {
    synchronized (this) {
      if (present != which) {
        return;
      }
      present = null;
    }
    beginNext();
  }

  /** Whoever waits for a search that will not begin any more is told so. */
  void close() {
    Search never;
    synchronized (this) {
      never = next;
      next = null;
    }
    if (never != null) {
      never.taken.completeExceptionally(MnException.unavailable("the runtime is stopping", null));
    }
  }

  private CompletionStage<Integer> search() {
    return store
        .activeJobs()
        .thenCompose(
            jobs -> {
              List<String> others = jobs.stream().filter(job -> !isOpen.test(job)).toList();
              return adoptFrom(others, 0, new AtomicInteger());
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
