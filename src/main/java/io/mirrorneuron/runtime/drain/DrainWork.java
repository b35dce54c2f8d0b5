package io.mirrorneuron.runtime.drain;

import io.mirrorneuron.port.node.DrainState;
import io.mirrorneuron.port.node.DrainState.DrainAction;
import io.mirrorneuron.port.node.NodeState;
import io.mirrorneuron.port.node.NodeState.NodeCondition;
import io.mirrorneuron.runtime.loop.JobMoves;
import io.mirrorneuron.runtime.loop.JobMoves.Leaving;
import io.mirrorneuron.runtime.port.Leader.Timers;
import io.mirrorneuron.store.NodeRegistry;
import io.mirrorneuron.wire.Json;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The drain of this node: each look moves the jobs that can leave, and records the progress. The
 * next look retries failures. One look at a time.
 */
final class DrainWork {
  private static final Logger LOG = LoggerFactory.getLogger(DrainWork.class);

  /** Maximum stay of services here while they do not pass their checks elsewhere. */
  static final long LONGEST_STAY_MS = 120_000;

  private final String owner;
  private final Holdings here;
  private final HandOvers handOvers;
  private final Places places;
  private final NodeStore book;
  private final Timers timers;

  /** The work on this node. */
  record Holdings(JobMoves moves, JobsOfNode jobs, RunningRemoteTasks visitors) {
    CompletionStage<List<JobOnNode>> own(String owner) {
      return jobs.of(owner, moves.open());
    }

    /** Jobs of other nodes with programs here. */
    CompletionStage<List<JobOnNode>> ofOthers() {
      Map<String, List<String>> running = new TreeMap<>(visitors.running());
      running.keySet().removeAll(moves.open());
      return jobs.running(running);
    }
  }

  /** Target nodes. */
  interface Places {
    /**
     * @param node that is left
     * @return owners, ordered by name
     */
    CompletionStage<List<String>> besides(String node);

    /** Whether two owners share a host, judged by their addresses. */
    CompletionStage<Boolean> areOneHost(String owner, String other);
  }

  /**
   * @param owner this node as the owner of jobs
   */
  DrainWork(
      String owner,
      Holdings here,
      HandOvers handOvers,
      Places places,
      NodeStore book,
      Timers timers) {
    this.owner = owner;
    this.here = here;
    this.handOvers = handOvers;
    this.places = places;
    this.book = book;
    this.timers = timers;
  }

  /** Looks once; does nothing when the node is not being drained. */
  CompletionStage<?> look() {
    String node = NodeRegistry.nameOf(owner);
    return book.read(node)
        .thenCompose(
            state ->
                state.drain().isOpen()
                    ? look(node, state.drain())
                    : CompletableFuture.completedStage(state));
  }

  private CompletionStage<NodeState> look(String node, DrainState drain) {
    boolean isOver = drain.isOver(Instant.ofEpochMilli(timers.now()));
    return places
        .besides(node)
        .thenCompose(
            targets -> {
              DrainPlan plan = new DrainPlan(!targets.isEmpty(), isOver, drain.ignoreSystemJobs());
              return each(here.own(owner), job -> done(job, plan.of(job), drain, targets))
                  .thenCombine(
                      each(here.ofOthers(), job -> ended(plan.ofRemoteTask(job))), DrainPlan::both)
                  .thenCompose(
                      actions -> book.change(node, now -> noted(now, drain, plan, actions)));
            });
  }

  private static CompletionStage<List<DrainAction>> each(
      CompletionStage<List<JobOnNode>> found,
      Function<JobOnNode, CompletionStage<DrainAction>> effect) {
    return found.thenCompose(
        all -> {
          List<CompletableFuture<DrainAction>> effects =
              all.stream().map(job -> effect.apply(job).toCompletableFuture()).toList();
          return CompletableFuture.allOf(effects.toArray(CompletableFuture[]::new))
              .thenApply(done -> effects.stream().map(CompletableFuture::join).toList());
        });
  }

  private CompletionStage<DrainAction> ended(DrainAction action) {
    return Set.of(DrainAction.MIGRATED, DrainAction.ENDED).contains(action.status())
        ? here.visitors().end(action.jobId()).thenApply(done -> action)
        : CompletableFuture.completedStage(action);
  }

  private CompletionStage<DrainAction> done(
      JobOnNode job, DrainAction action, DrainState drain, List<String> targets) {
    return switch (action.status()) {
      case DrainAction.MIGRATED -> {
        String to = targets.get(Math.floorMod(action.jobId().hashCode(), targets.size()));
        DrainAction left =
            job.isReviewed() ? action.but(DrainPlan.REVIEWED_ELSEWHERE, action.reason()) : action;
        yield leaving(job, drain, to).thenCompose(how -> given(left, to, how));
      }
      case DrainAction.PAUSED ->
          here.moves()
              .review(action.jobId(), action.reason())
              .handle((status, failure) -> failure == null ? action : failed(action, failure));
      default -> CompletableFuture.completedStage(action);
    };
  }

  /** Programs of batch jobs are not ended for it: they may have started a moment ago. */
  private CompletionStage<Leaving> leaving(JobOnNode job, DrainState drain, String to) {
    if (job.isBatch() || !job.doubling().isPossible(false)) {
      return CompletableFuture.completedStage(new Leaving(!job.isBatch(), 0));
    }
    long left = Instant.parse(drain.deadlineAt()).toEpochMilli() - timers.now();
    return places
        .areOneHost(owner, to)
        .thenApply(
            isOne ->
                new Leaving(
                    true,
                    job.doubling().isPossible(isOne) ? Math.clamp(left, 0, LONGEST_STAY_MS) : 0));
  }

  private CompletionStage<DrainAction> given(DrainAction action, String to, Leaving how) {
    return handOvers
        .give(action.jobId(), to, how)
        .handle(
            (isGiven, failure) -> {
              if (failure != null) {
                LOG.info("job {} stays for now: {}", action.jobId(), reason(failure));
                return action.but(DrainAction.WAITING, "it cannot be let go of in this moment");
              }
              return isGiven
                  ? action.but(action.status(), "to " + NodeRegistry.nameOf(to))
                  : action.but(DrainAction.WAITING, "it is between two nodes");
            });
  }

  private static DrainAction failed(DrainAction action, Throwable failure) {
    return action.but(DrainAction.FAILED, reason(failure));
  }

  /** Unwraps the stage's wrapper, which would add the name of its class. */
  private static String reason(Throwable failure) {
    boolean isWrapped = failure instanceof CompletionException && failure.getCause() != null;
    return isWrapped ? reason(failure.getCause()) : failure.getMessage();
  }

  /** The state with the results of this look; unchanged when another order came meanwhile. */
  private NodeState noted(
      NodeState now, DrainState looked, DrainPlan plan, List<DrainAction> actions) {
    DrainState before = now.drain();
    if (!before.isOpen() || !before.startedAt().equals(looked.startedAt())) {
      return now;
    }
    String status = plan.status(actions, !here.moves().staying().isEmpty());
    boolean isDone = status.equals(DrainState.COMPLETE);
    Map<String, Integer> counters = DrainPlan.counters(actions, before);
    DrainState drain = before.reviewed(DrainPlan.reviewedElsewhere(actions));
    if (drain.isOfEnd()) { // it is over when the server ends
      return now.with(drain.after(isDone ? DrainState.DRAINING : status, null, counters));
    }
    String doneAt = isDone ? Json.timestamp(Instant.ofEpochMilli(timers.now())) : null;
    DrainState next = drain.after(status, doneAt, counters);
    return isDone
        ? now.with(next).with(NodeCondition.MAINTENANCE, false, drain.reason())
        : now.with(next);
  }
}
