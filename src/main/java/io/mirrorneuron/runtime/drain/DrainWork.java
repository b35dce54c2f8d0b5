package io.mirrorneuron.runtime.drain;

import io.mirrorneuron.port.upkeep.DrainAction;
import io.mirrorneuron.port.upkeep.DrainState;
import io.mirrorneuron.port.upkeep.NodeCondition;
import io.mirrorneuron.port.upkeep.NodeState;
import io.mirrorneuron.runtime.loop.JobMoves;
import io.mirrorneuron.runtime.port.Timers;
import io.mirrorneuron.store.NodeRegistry;
import io.mirrorneuron.wire.Json;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The drain of this node: each look has the jobs leave that can, and writes how far it is. What
 * fails is tried again with the next look. One look at a time.
 */
final class DrainWork {
  private static final Logger LOG = LoggerFactory.getLogger(DrainWork.class);

  private final String owner;
  private final JobMoves moves;
  private final JobsOfNode jobs;
  private final HandOvers handOvers;
  private final Places places;
  private final NodeBook book;
  private final Timers timers;

  /** Nodes that work may go to. */
  @FunctionalInterface
  interface Places {
    /**
     * @param node that it leaves
     * @return owners, in the order of their names
     */
    CompletionStage<List<String>> besides(String node);
  }

  /**
   * @param owner this node as the owner of jobs
   */
  DrainWork(
      String owner,
      JobMoves moves,
      JobsOfNode jobs,
      HandOvers handOvers,
      Places places,
      NodeBook book,
      Timers timers) {
    this.owner = owner;
    this.moves = moves;
    this.jobs = jobs;
    this.handOvers = handOvers;
    this.places = places;
    this.book = book;
    this.timers = timers;
  }

  /** Looks once; nothing happens when the node is not being drained. */
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
        .thenCombine(
            jobs.of(owner, moves.open()),
            (targets, found) -> {
              DrainPlan plan = new DrainPlan(!targets.isEmpty(), isOver, drain.ignoreSystemJobs());
              List<CompletableFuture<DrainAction>> deeds = new ArrayList<>();
              found.forEach(job -> deeds.add(done(plan.of(job), targets).toCompletableFuture()));
              return deeds;
            })
        .thenCompose(
            deeds ->
                CompletableFuture.allOf(deeds.toArray(CompletableFuture[]::new))
                    .thenApply(all -> deeds.stream().map(CompletableFuture::join).toList()))
        .thenCompose(actions -> book.change(node, now -> noted(now, drain, actions)));
  }

  private CompletionStage<DrainAction> done(DrainAction action, List<String> targets) {
    return switch (action.status()) {
      case DrainAction.MIGRATED -> given(action, targets);
      case DrainAction.PAUSED ->
          moves
              .review(action.jobId(), action.reason())
              .handle((status, failure) -> failure == null ? action : failed(action, failure));
      default -> CompletableFuture.completedStage(action);
    };
  }

  /** Programs of batch jobs are not ended for it: they may have begun a moment ago. */
  private CompletionStage<DrainAction> given(DrainAction action, List<String> targets) {
    String to = targets.get(Math.floorMod(action.jobId().hashCode(), targets.size()));
    boolean endsPrograms = "service".equals(action.jobType()) || "system".equals(action.jobType());
    return handOvers
        .give(action.jobId(), to, endsPrograms)
        .handle(
            (isGiven, failure) -> {
              if (failure != null) {
                LOG.info("job {} stays for now: {}", action.jobId(), failure.getMessage());
                return action.but(DrainAction.WAITING, "it cannot be let go of in this moment");
              }
              return isGiven
                  ? action.but(DrainAction.MIGRATED, "to " + NodeRegistry.nameOf(to))
                  : action.but(DrainAction.WAITING, "it is between two nodes");
            });
  }

  private static DrainAction failed(DrainAction action, Throwable failure) {
    return action.but(DrainAction.FAILED, failure.getMessage());
  }

  /** The state with what came of this look; as it is when another order came meanwhile. */
  private NodeState noted(NodeState now, DrainState looked, List<DrainAction> actions) {
    DrainState drain = now.drain();
    if (!drain.isOpen() || !drain.startedAt().equals(looked.startedAt())) {
      return now;
    }
    String status = DrainPlan.overall(actions);
    boolean isDone = status.equals(DrainState.COMPLETE);
    Map<String, Integer> counters = DrainPlan.counters(actions, drain.counters());
    DrainState next =
        new DrainState(
            status,
            drain.startedAt(),
            drain.deadlineAt(),
            drain.deadlineMs(),
            drain.reason(),
            drain.ignoreSystemJobs(),
            isDone ? Json.timestamp(Instant.ofEpochMilli(timers.now())) : null,
            null,
            counters);
    return isDone
        ? now.with(next).with(NodeCondition.MAINTENANCE, false, drain.reason())
        : now.with(next);
  }
}
