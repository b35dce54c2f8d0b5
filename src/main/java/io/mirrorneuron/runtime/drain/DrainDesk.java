package io.mirrorneuron.runtime.drain;

import io.mirrorneuron.port.node.DrainAction;
import io.mirrorneuron.port.node.DrainOrder;
import io.mirrorneuron.port.node.DrainReport;
import io.mirrorneuron.port.node.DrainState;
import io.mirrorneuron.port.node.NodeCondition;
import io.mirrorneuron.port.node.NodeState;
import io.mirrorneuron.runtime.local.Answers;
import io.mirrorneuron.runtime.port.Timers;
import io.mirrorneuron.wire.Json;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicReference;
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
   * @param check throws when there is no such node, or it was taken out
   * @param own has this node look at its jobs, when it is the one; else null
   */
  DrainReport drain(
      String node,
      DrainOrder order,
      KnownNodes known,
      Consumer<NodeState> check,
      Supplier<CompletionStage<?>> own) {
    NodeState found = Answers.await(book.read(node));
    check.accept(found);
    List<DrainAction> actions = planned(node, order, known);
    Instant now = Instant.ofEpochMilli(timers.now());
    if (order.dryRun()) {
      return supposed(order, actions, now, found);
    }
    boolean lives = known.owner(node).isPresent();
    AtomicReference<DrainState> replaced = new AtomicReference<>();
    NodeState ordered =
        Answers.await(
            book.change(
                node,
                before -> {
                  check.accept(before);
                  replaced.set(before.drain().replacedBy(order, now));
                  return lives && before.drain().isOf(order, now)
                      ? before
                      : ordered(before, order, now, lives);
                }));
    NodeState looked = Answers.await(looked(ordered, own, now.toEpochMilli() + PATIENCE_MS));
    return report(looked, actions, replaced.get());
  }

  private static DrainReport supposed(
      DrainOrder order, List<DrainAction> actions, Instant now, NodeState found) {
    List<DrainAction> supposed = actions.stream().map(DrainPlan::supposed).toList();
    return new DrainReport(
        found.node(),
        DrainReport.DRY_RUN,
        DrainPlan.overall(actions, false),
        order.reason(),
        Json.timestamp(now),
        Json.timestamp(now.plusMillis(order.deadlineMs())),
        DrainPlan.counters(supposed, DrainState.NONE),
        supposed,
        null,
        null,
        found.drain().replacedBy(order, now));
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

  private static NodeState ordered(NodeState before, DrainOrder order, Instant now, boolean lives) {
    String startedAt = Json.timestamp(now);
    DrainState drain =
        new DrainState(
            lives ? DrainState.DRAINING : DrainState.COMPLETE,
            startedAt,
            Json.timestamp(now.plusMillis(order.deadlineMs())),
            order.deadlineMs(),
            order.reason(),
            order.ignoreSystemJobs(),
            lives ? null : startedAt,
            null,
            lives ? null : DrainPlan.counters(List.of(), DrainState.NONE),
            null,
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

  private static DrainReport report(
      NodeState state, List<DrainAction> actions, DrainState replaced) {
    DrainState drain = state.drain();
    return new DrainReport(
        state.node(),
        drain.status(),
        null,
        drain.reason(),
        drain.startedAt(),
        drain.deadlineAt(),
        DrainPlan.counters(actions, DrainState.NONE),
        actions,
        state.status(),
        state.schedulingEligible(),
        replaced);
  }
}
