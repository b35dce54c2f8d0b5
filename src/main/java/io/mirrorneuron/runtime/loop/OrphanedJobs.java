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
 * Finds open jobs whose owner is dead, or was this node before it was started anew, and has them
 * taken over.
 */
final class OrphanedJobs {
  private static final Logger LOG = LoggerFactory.getLogger(OrphanedJobs.class);

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

  /**
   * Has those of some jobs taken over whose owner is dead. All living nodes are told of a death,
   * with their next heartbeats; the first one that hears of it would take all jobs. So each job has
   * an heir among the living, the same in the eyes of all (rendezvous hashing), and the others wait
   * for it.
   */
  private static final class DeadOwners {
    /** Jobs that are asked for together, so that others are answered in between. */
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
     * Takes over, of open jobs, those without a living owner, and those of this node itself before
     * it was started anew. Answers how many at once; those that the store does not answer for
     * follow.
     *
     * @param isShared whether those with another heir are left to it for a while
     */
    CompletionStage<Integer> adoptFrom(List<String> jobs, boolean isShared) {
      return adoptFrom(jobs, 0, new Taking(new AtomicInteger(), isShared));
    }

    private record Taking(AtomicInteger taken, boolean isShared) {}

    /** Who has a job; fails when the store does not answer. */
    private record Held(String jobId, CompletableFuture<JobHolder> holder) {}

    private CompletionStage<Integer> adoptFrom(List<String> jobs, int from, Taking taking) {
      int to = Math.min(from + AT_ONCE, jobs.size());
      return from == to
          ? CompletableFuture.completedFuture(taking.taken.get())
          : adopt(jobs.subList(from, to), taking).thenCompose(done -> adoptFrom(jobs, to, taking));
    }

    /**
     * Asks who has the jobs, and then who lives: an owner that was dead at some time and lives
     * again has raised the epochs of its jobs since, and keeps them.
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

    /** Whether its owner is dead and another one its heir. */
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

    /** One of the living, to each of whom about as many jobs fall. */
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
