package io.mirrorneuron.runtime.local;

import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.model.RunStatus;
import io.mirrorneuron.port.OperationsPort.ItemOutcome;
import io.mirrorneuron.port.OperationsPort.ItemOutcome.Result;
import io.mirrorneuron.port.OperationsPort.OperationKind;
import io.mirrorneuron.port.OperationsPort.OperationOptions;
import io.mirrorneuron.port.node.DrainState;
import io.mirrorneuron.port.node.DrainState.DrainAction;
import io.mirrorneuron.port.node.NodeMaintenance;
import io.mirrorneuron.port.node.NodeMaintenance.DrainOrder;
import io.mirrorneuron.port.node.NodeMaintenance.DrainReport;
import io.mirrorneuron.port.node.NodeMaintenance.Reconciliation;
import io.mirrorneuron.port.node.NodeMaintenance.Reconciliation.ReconciledJob;
import io.mirrorneuron.port.node.NodeReport;
import io.mirrorneuron.runtime.local.Operation.OperationEffect;
import io.mirrorneuron.runtime.local.Operation.OperationInput;
import io.mirrorneuron.store.JobStore;
import io.mirrorneuron.store.NodeRegistry;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Operations on all jobs of one node. They order a drain or reconciliation from {@link
 * NodeMaintenance}, like any other caller, and follow it.
 */
record JobsOfOneNode(NodeMaintenance nodes, JobStore store) {
  private static final String STAYED =
      "the drain has ended, and this job had not left the node, which keeps it";

  /** Jobs affected by a drain with these options. */
  List<String> drained(OperationOptions options) {
    return plan(options).keySet().stream().toList();
  }

  /** Jobs affected by a reconciliation with these options. */
  List<String> reconciled(OperationOptions options) {
    return nodes.reconcile(options.nodeName(), options.reason(), true).jobs().stream()
        .map(ReconciledJob::jobId)
        .distinct()
        .toList();
  }

  private static DrainOrder order(OperationOptions options, boolean dryRun) {
    long deadline = options.deadlineMs() == null ? 0 : options.deadlineMs();
    return new DrainOrder(
        options.nodeName(), options.reason(), deadline, dryRun, options.leavesSystemJobs());
  }

  /** The action of a drain for each job now on the node. */
  private Map<String, DrainAction> plan(OperationOptions options) {
    return nodes.drain(order(options, true)).actions().stream()
        .collect(Collectors.toMap(DrainAction::jobId, action -> action, (own, remoteTask) -> own));
  }

  OperationInput drain(OperationEffect effect) {
    OperationOptions options = effect.order().options();
    if (options.onlySays()) {
      return said(effect, nodes.drain(order(options, true)));
    }
    NodeReport node = nodes.status(options.nodeName());
    if (!wasOrdered(node, effect.order())) {
      nodes.drain(order(options, false));
      node = nodes.status(options.nodeName());
    }
    return drained(effect, node);
  }

  private static OperationInput said(OperationEffect effect, DrainReport would) {
    Map<String, ItemOutcome> said =
        would.actions().stream()
            .collect(
                Collectors.toMap(
                    DrainAction::jobId,
                    one -> ItemOutcome.because(ItemOutcome.DRY_RUN, one.status(), one.reason()),
                    (own, remoteTask) -> own));
    ItemOutcome gone =
        ItemOutcome.because(ItemOutcome.DRY_RUN, null, "it has left the node meanwhile");
    return OperationInput.Done.of(
        effect, outcomes(effect, said, job -> gone), "the drain would be " + would.wouldStatus());
  }

  /**
   * Whether the drain was ordered before, by a server that was then killed or suspended. A late
   * repeat must not drain a node that a person has taken back since.
   */
  private static boolean wasOrdered(NodeReport node, Operation.Order order) {
    String startedAt = node.drain().startedAt();
    return startedAt != null && Instant.parse(startedAt).toEpochMilli() >= order.at();
  }

  private OperationInput drained(OperationEffect effect, NodeReport node) {
    DrainState drain = node.drain();
    boolean isCancelled = DrainState.CANCELLED.equals(drain.status());
    Map<String, DrainAction> here = isCancelled ? Map.of() : planned(effect);
    boolean isOpen = drain.isOpen();
    boolean mayLeave =
        isOpen || !isCancelled && !node.isThere(); // other nodes take over from a dead one
    Map<String, ItemOutcome> outcomes =
        outcomes(
            effect,
            Map.of(),
            job -> {
              DrainAction action = here.get(job);
              ItemOutcome found = action == null ? whereItIs(job, effect.order()) : found(action);
              return found.isOpen() && !mayLeave
                  ? ItemOutcome.failed(ItemOutcome.FAILED, STAYED)
                  : found;
            });
    String message = drain.status() == null ? null : "the drain is " + drain.status();
    return new OperationInput.Done(effect.round(), outcomes, !isOpen, message, null);
  }

  /** Empty for a node that was removed meanwhile. */
  private Map<String, DrainAction> planned(OperationEffect effect) {
    try {
      return plan(effect.order().options());
    } catch (MnException e) {
      if (e.code() == ErrorCode.NOT_FOUND || e.code() == ErrorCode.PRECONDITION) {
        return Map.of();
      }
      throw e;
    }
  }

  /** The outcome of a job that is still on the node. */
  private static ItemOutcome found(DrainAction action) {
    String status =
        switch (action.status()) {
          case DrainAction.IGNORED -> ItemOutcome.IGNORED;
          case DrainAction.SKIPPED -> ItemOutcome.SKIPPED;
          case DrainAction.PAUSED -> ItemOutcome.PAUSED;
          default -> ItemOutcome.DEFERRED;
        };
    return ItemOutcome.because(status, action.status(), action.reason());
  }

  /** The outcome of a job that is not on the node any more. */
  private ItemOutcome whereItIs(String job, Operation.Order order) {
    String status = Answers.await(store.status(job));
    if (status == null || RunStatus.of(status).isFinal()) {
      String why = status == null ? "it is gone" : "it had ended by itself";
      return ItemOutcome.because(ItemOutcome.SKIPPED, status, why);
    }
    String owner = Answers.await(store.owner(job));
    String node = owner == null ? null : NodeRegistry.nameOf(owner);
    return order.options().nodeName().strip().equals(node)
        ? ItemOutcome.because(ItemOutcome.DEFERRED, status, "it is on its way to another node")
        : new ItemOutcome(
            order.kind() == OperationKind.DRAIN_NODE ? ItemOutcome.MIGRATED : ItemOutcome.RECOVERED,
            new Result(status, null, node),
            null);
  }

  OperationInput reconcile(OperationEffect effect) {
    OperationOptions options = effect.order().options();
    Reconciliation done = nodes.reconcile(options.nodeName(), options.reason(), options.onlySays());
    Map<String, ItemOutcome> said =
        done.jobs().stream()
            .collect(
                Collectors.toMap(
                    ReconciledJob::jobId,
                    job -> said(job, options.onlySays()),
                    (one, same) -> one));
    return OperationInput.Done.of(
        effect, outcomes(effect, said, job -> whereItIs(job, effect.order())), done.message());
  }

  private static ItemOutcome said(ReconciledJob job, boolean onlySays) {
    String status =
        onlySays
            ? ItemOutcome.DRY_RUN
            : switch (job.action()) {
              case ReconciledJob.RECOVERED -> ItemOutcome.RECOVERED;
              case ReconciledJob.SKIPPED -> ItemOutcome.SKIPPED;
              default -> ItemOutcome.FAILED;
            };
    return status.equals(ItemOutcome.FAILED)
        ? ItemOutcome.failed(status, job.reason())
        : ItemOutcome.because(status, job.action(), job.reason());
  }

  private static Map<String, ItemOutcome> outcomes(
      OperationEffect effect, Map<String, ItemOutcome> said, Function<String, ItemOutcome> other) {
    return effect.jobs().stream()
        .collect(
            Collectors.toMap(
                job -> job, job -> said.containsKey(job) ? said.get(job) : other.apply(job)));
  }
}
