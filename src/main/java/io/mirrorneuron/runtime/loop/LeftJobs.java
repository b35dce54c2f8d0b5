package io.mirrorneuron.runtime.loop;

import io.mirrorneuron.model.MnException;
import io.mirrorneuron.runtime.port.Executions;
import io.mirrorneuron.store.JobStore;
import io.mirrorneuron.store.NodeRegistry;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds open jobs whose owner is dead, or was this node before it was started anew, and has them
 * taken over.
 */
final class LeftJobs {
  private static final Logger LOG = LoggerFactory.getLogger(LeftJobs.class);

  /** A search that takes longer, as programs of a job end slowly, holds up no other. */
  private static final long LONGEST_MS = 1_000;

  private final JobStore store;
  private final Predicate<String> isOpen;
  private final TakeOver takeOver;
  private final DeadOwners deadOwners;
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
    private boolean isShared = true;
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
    this.isOpen = isOpen;
    this.takeOver = takeOver;
    this.deadOwners = new DeadOwners(ports, owner, takeOver);
    this.executions = ports.executions();
    this.idle = idle;
  }

  /**
   * Takes over the jobs of each owner that has left or died since this was called before; other
   * nodes that are told so take their share of them. The first time nobody has: what was left
   * before is looked for at the start, in order. A node that had lapsed counts itself among those
   * that have gone, and looks for all that was left as it goes on.
   */
  void see(NodeRegistry.Beat beat) {
    synchronized (this) {
      boolean isFirst = departures < 0;
      long known = departures + (beat.lapsed() ? 1 : 0);
      departures = beat.departures();
      if (isFirst || departures <= known) {
        return;
      }
    }
    LOG.info("a node is gone; looking for its jobs");
    ask(false, true);
  }

  /**
   * Takes over every open job that has no living owner. What the store does not answer now is tried
   * again until it does. All who ask while jobs are being looked for share one search, which begins
   * thereafter. Answers how many it took over at once.
   */
  CompletionStage<Integer> orphans() {
    return ask(false, false);
  }

  /**
   * The same when this node has just started, or the store may have lost something: programs that
   * had slots are given them first meanwhile.
   */
  CompletionStage<Integer> resumed() {
    return ask(true, false);
  }

  private CompletionStage<Integer> ask(boolean resumes, boolean isShared) {
    Search asked;
    synchronized (this) {
      next = next == null ? new Search() : next;
      next.resumes |= resumes;
      next.isShared &= isShared;
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
    search(begun.isShared).whenComplete((count, failure) -> searched(begun, count, failure));
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

  private CompletionStage<Integer> search(boolean isShared) {
    return store
        .activeJobs()
        .thenCompose(
            jobs ->
                deadOwners.adoptFrom(
                    jobs.stream().filter(job -> !isOpen.test(job)).toList(), isShared));
  }
}
