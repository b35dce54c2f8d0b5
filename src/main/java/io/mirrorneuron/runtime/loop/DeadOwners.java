package io.mirrorneuron.runtime.loop;

import io.mirrorneuron.store.JobHolder;
import io.mirrorneuron.store.JobStore;
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
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Has those of some jobs taken over whose owner is dead. All living nodes are told of a death, with
 * their next heartbeats; the first one that hears of it would take all jobs. So each job has an
 * heir among the living, the same in the eyes of all (rendezvous hashing), and the others wait for
 * it.
 */
final class DeadOwners {
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
   * Takes over, of open jobs, those without a living owner, and those of this node itself before it
   * was started anew. Answers how many at once; those that the store does not answer for follow.
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
   * Asks who has the jobs, and then who lives: an owner that was dead at some time and lives again
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
                Collectors.partitioningBy(each -> !taking.isShared || !isOfAnother(each, living)));
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
