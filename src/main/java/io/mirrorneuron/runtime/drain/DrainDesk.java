package io.mirrorneuron.runtime.drain;

import io.mirrorneuron.port.upkeep.DrainAction;
import io.mirrorneuron.port.upkeep.DrainOrder;
import io.mirrorneuron.port.upkeep.DrainReport;
import io.mirrorneuron.port.upkeep.DrainState;
import io.mirrorneuron.port.upkeep.NodeCondition;
import io.mirrorneuron.port.upkeep.NodeState;
import io.mirrorneuron.runtime.local.Answers;
import io.mirrorneuron.runtime.port.Timers;
import io.mirrorneuron.wire.Json;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Takes orders to drain nodes. The order is a record; the node does the work, see {@link
 * DrainWork}. What a dry run says is what the same plan says of the same jobs.
 */
record DrainDesk(NodeBook book, JobsOfNode jobs, Timers timers) {
  /** How long an answer waits for the node to look at its jobs. */
  private static final long PATIENCE_MS = 5000;

  private static final long LOOK_MS = 100;

  /**
   * @param check throws when there is no such node
   * @param own has this node look at its jobs, when it is the one; else null
   */
  DrainReport drain(
      String node,
      DrainOrder order,
      KnownNodes known,
      Consumer<NodeState> check,
      Supplier<CompletionStage<?>> own) {
    check.accept(Answers.await(book.read(node)));
    List<DrainAction> actions = planned(node, order, known);
    long now = timers.now();
    String startedAt = time(now);
    String deadlineAt = time(now + order.deadlineMs());
    if (order.dryRun()) {
      List<DrainAction> supposed = actions.stream().map(DrainPlan::supposed).toList();
      return new DrainReport(
          node,
          DrainReport.DRY_RUN,
          DrainPlan.overall(actions, false),
          order.reason(),
          startedAt,
          deadlineAt,
          DrainPlan.counters(supposed, null),
          supposed,
          null,
          null);
    }
    boolean lives = known.owner(node).isPresent();
    NodeState ordered =
        Answers.await(
            book.change(node, before -> ordered(before, order, startedAt, deadlineAt, lives)));
    NodeState looked = Answers.await(looked(ordered, own, now + PATIENCE_MS));
    return report(looked, actions);
  }

  /** The jobs of a dead node are taken over by others: nothing has to leave it. */
  private List<DrainAction> planned(String node, DrainOrder order, KnownNodes known) {
    Optional<String> owner = known.owner(node);
    if (owner.isEmpty()) {
      return List.of();
    }
    List<String> targets = known.takers(Answers.await(book.all()), node);
    DrainPlan plan = new DrainPlan(!targets.isEmpty(), false, order.ignoreSystemJobs());
    List<JobOnNode> own =
        Answers.await(jobs.ids(owner.get()).thenCompose(ids -> jobs.of(owner.get(), ids)));
    List<JobOnNode> ofOthers = Answers.await(jobs.guests(node));
    return DrainPlan.both(
        own.stream().map(plan::of).toList(), ofOthers.stream().map(plan::ofGuest).toList());
  }

  private static NodeState ordered(
      NodeState before, DrainOrder order, String startedAt, String deadlineAt, boolean lives) {
    DrainState drain =
        new DrainState(
            lives ? DrainState.DRAINING : DrainState.COMPLETE,
            startedAt,
            deadlineAt,
            order.deadlineMs(),
            order.reason(),
            order.ignoreSystemJobs(),
            lives ? null : startedAt,
            null,
            lives ? null : DrainPlan.counters(List.of(), null),
            null);
    NodeCondition condition = lives ? NodeCondition.DRAINING : NodeCondition.MAINTENANCE;
    return before.with(drain).with(condition, false, order.reason());
  }

  /** The state once the node has looked at its jobs, or as it is when that takes too long. */
  private CompletionStage<NodeState> looked(
      NodeState ordered, Supplier<CompletionStage<?>> own, long until) {
    return own == null
        ? awaited(ordered, until)
        : own.get().handle((done, failure) -> ordered.node()).thenCompose(book::read);
  }

  private CompletionStage<NodeState> awaited(NodeState ordered, long until) {
    return book.read(ordered.node())
        .thenCompose(
            now ->
                now.drain().counters() != null || timers.now() >= until
                    ? CompletableFuture.completedStage(now)
                    : later().thenCompose(done -> awaited(ordered, until)));
  }

  private CompletionStage<Void> later() {
    CompletableFuture<Void> later = new CompletableFuture<>();
    timers.at(timers.now() + LOOK_MS, () -> later.complete(null));
    return later;
  }

  private static DrainReport report(NodeState state, List<DrainAction> actions) {
    DrainState drain = state.drain();
    return new DrainReport(
        state.node(),
        drain.status(),
        null,
        drain.reason(),
        drain.startedAt(),
        drain.deadlineAt(),
        drain.counters() == null ? DrainPlan.counters(actions, null) : drain.counters(),
        actions,
        state.status(),
        state.schedulingEligible());
  }

  private static String time(long millis) {
    return Json.timestamp(Instant.ofEpochMilli(millis));
  }
}
