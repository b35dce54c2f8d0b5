package io.mirrorneuron.runtime.loop;

import io.mirrorneuron.model.MnException;
import io.mirrorneuron.runtime.port.Executions;
import io.mirrorneuron.store.JobStore;
import io.mirrorneuron.store.JobStore.JobHolder;
import io.mirrorneuron.store.NodeRegistry;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds open jobs whose owner is dead, or is an earlier process of this node, and has them taken
 * over.
 */
final class OrphanedJobs {
  private static final Logger LOG = LoggerFactory.getLogger(OrphanedJobs.class);

  /**
   * After this time a search, slow because programs of a job end slowly, does not delay the next
   * one.
   */
  private static final long LONGEST_MS = 1_000;

  private final JobStore store;
  private final Predicate<String> isOpen;
  private final TakeOver takeOver;
  private final DeadOwners deadOwners;
  private final Executions executions;
  private final Supplier<CompletionStage<?>> idle;

  /** See {@link NodeRegistry.Beat}, of the last heartbeat. */
  private long departures = -1;

  /** The running search, or the one that will soon be retried. */
  private Search present;

  /** Serves all requests since the present search began. */
  private Search next;

  private static final class Search {
    private final CompletableFuture<Integer> taken = new CompletableFuture<>();
    private boolean resumes;
    private boolean isShared = true;
  }

  /**
   * @param isOpen whether a job is already open on this node
   * @param idle completes when each open job has decided all inputs offered before
   */
  OrphanedJobs(
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
   * Takes over this node's share of the jobs of owners that have left or died since the last call;
   * the other living nodes take theirs. The first call takes none: the search at the start covers
   * those. A node that had lapsed counts itself among the departed, and looks for all orphans when
   * it continues.
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
   * Takes over every open job without a living owner. Jobs for which the store does not answer are
   * retried until it does. Requests during a search share the one that follows it. Answers how many
   * were taken over at once.
   */
  CompletionStage<Integer> orphans() {
    return ask(false, false);
  }

  /**
   * The same when this node has just started, or the store may have lost writes: programs that had
   * slots get them first meanwhile.
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

  /** Fails the requests of a search that will not begin any more. */
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

  /**
   * Takes over those of some jobs whose owner is dead. All living nodes learn of a death with their
   * next heartbeats, and the first would take all jobs. So each job has an heir among the living,
   * the same in the view of all (rendezvous hashing), and the other nodes leave it to the heir for
   * a while.
   */
  private static final class DeadOwners {
    /** Batch size, so that other requests are answered in between. */
    private static final int AT_ONCE = 500;

    private final JobStore store;
    private final NodeRegistry nodes;
    private final String owner;
    private final TakeOver takeOver;

    DeadOwners(Engine.Ports ports, String owner, TakeOver takeOver) {
      this.store = ports.store();
      this.nodes = ports.nodes();
      this.owner = owner;
      this.takeOver = takeOver;
    }

    /**
     * Takes over those open jobs that have no living owner, or are owned by an earlier process of
     * this node. Answers how many at once; jobs for which the store does not answer follow later.
     *
     * @param isShared whether jobs of another heir are left to it for a while
     */
    CompletionStage<Integer> adoptFrom(List<String> jobs, boolean isShared) {
      return adoptFrom(jobs, 0, new Taking(new AtomicInteger(), isShared));
    }

    private record Taking(AtomicInteger taken, boolean isShared) {}

    /** The owner of a job; fails when the store does not answer. */
    private record Held(String jobId, CompletableFuture<JobHolder> holder) {}

    private CompletionStage<Integer> adoptFrom(List<String> jobs, int from, Taking taking) {
      int to = Math.min(from + AT_ONCE, jobs.size());
      return from == to
          ? CompletableFuture.completedFuture(taking.taken.get())
          : adopt(jobs.subList(from, to), taking).thenCompose(done -> adoptFrom(jobs, to, taking));
    }

    /**
     * Reads the owners first and the living nodes second: an owner that was dead and lives again
     * has raised the epochs of its jobs since, and keeps them.
     */
    private CompletionStage<Void> adopt(List<String> jobs, Taking taking) {
      List<Held> held =
          jobs.stream().map(job -> new Held(job, store.holder(job).toCompletableFuture())).toList();
      return all(held.stream().map(each -> each.holder.handle((its, failure) -> its)))
          .thenCompose(done -> nodes.living())
          .thenCompose(living -> adopt(held, living, taking));
    }

    private CompletionStage<Void> adopt(List<Held> held, Set<String> living, Taking taking) {
      Map<Boolean, List<Held>> areOurs =
          held.stream()
              .collect(
                  Collectors.partitioningBy(
                      each -> !taking.isShared || !isOfAnother(each, living)));
      List<String> ofOthers = areOurs.get(false).stream().map(Held::jobId).toList();
      if (!ofOthers.isEmpty()) {
        Taking all = new Taking(taking.taken, false);
        takeOver.later(nodes.lifetime().patienceMs(), () -> adoptLater(ofOthers, all));
      }
      Predicate<String> takes = its -> its.equals(owner) || !living.contains(its);
      return all(areOurs.get(true).stream().map(each -> adopt(each, takes, taking)));
    }

    private CompletableFuture<?> adopt(Held one, Predicate<String> takes, Taking taking) {
      return takeOver.adopt(
          one.jobId, one.holder, takes, taking.taken, () -> adoptLater(List.of(one.jobId), taking));
    }

    private void adoptLater(List<String> jobs, Taking taking) {
      adopt(jobs, taking)
          .exceptionally(
              failure -> {
                takeOver.later(() -> adoptLater(jobs, taking));
                return null;
              });
    }

    /** Whether its owner is dead and another node its heir. */
    private boolean isOfAnother(Held held, Set<String> living) {
      return held.holder
          .handle(
              (its, failure) ->
                  its != null
                      && !its.owner().equals(owner)
                      && !living.contains(its.owner())
                      && !heir(held.jobId, living).equals(owner))
          .join(); // it has answered
    }

    /** One of the living nodes; jobs are spread about evenly. */
    private String heir(String jobId, Set<String> living) {
      return Stream.concat(living.stream(), Stream.of(owner))
          .max(Comparator.comparingLong(node -> weight(jobId, node)))
          .orElseThrow();
    }

    private static long weight(String jobId, String node) {
      return new SplittableRandom(((long) jobId.hashCode() << 32) ^ node.hashCode()).nextLong();
    }

    private static CompletableFuture<Void> all(Stream<CompletableFuture<?>> some) {
      return CompletableFuture.allOf(some.toArray(CompletableFuture<?>[]::new));
    }
  }
}
