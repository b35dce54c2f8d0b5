package io.mirrorneuron.runtime.drain;

import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.GivenReason;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.node.DrainState;
import io.mirrorneuron.port.node.DrainState.DrainAction;
import io.mirrorneuron.port.node.NodeMaintenance;
import io.mirrorneuron.port.node.NodeMaintenance.DrainCancelled;
import io.mirrorneuron.port.node.NodeMaintenance.DrainOrder;
import io.mirrorneuron.port.node.NodeMaintenance.DrainReport;
import io.mirrorneuron.port.node.NodeMaintenance.Maintenance;
import io.mirrorneuron.port.node.NodeMaintenance.MaintenanceChange;
import io.mirrorneuron.port.node.NodeMaintenance.Reconciliation;
import io.mirrorneuron.port.node.NodeMaintenance.Reconciliation.ReconciledJob;
import io.mirrorneuron.port.node.NodeReport;
import io.mirrorneuron.port.node.NodeState;
import io.mirrorneuron.port.node.NodeState.NodeCondition;
import io.mirrorneuron.runtime.local.Answers;
import io.mirrorneuron.runtime.port.Leader.Timers;
import io.mirrorneuron.store.NodeRegistry;
import io.mirrorneuron.wire.Json;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** Maintains all nodes on the store, from this one. */
public final class LocalMaintenance implements NodeMaintenance {
  /** Limit of nodes named in an error. */
  private static final int NAMED = 10;

  private final String self;
  private final NodeRegistry nodes;
  private final NodeStore book;
  private final Timers timers;
  private final OwnWork own;

  /**
   * Actions that this node performs at once.
   *
   * @param jobs of all nodes
   * @param drain looks at the jobs of this node, if it is being drained
   * @param recover takes over the jobs of dead nodes
   * @param departure drain at shutdown; null if there is none
   */
  public record OwnWork(
      JobsOfNode jobs,
      Supplier<CompletionStage<?>> drain,
      Supplier<CompletionStage<?>> recover,
      ShutdownDrain departure) {}

  /**
   * @param self the name of this node
   */
  public LocalMaintenance(
      String self, NodeRegistry nodes, NodeStore book, Timers timers, OwnWork own) {
    this.self = self;
    this.nodes = nodes;
    this.book = book;
    this.timers = timers;
    this.own = own;
  }

  /** Whether this node has ever seen another node. */
  public boolean hasMetOthers() {
    return nodes.hasMetOthers();
  }

  /** The drain of this node at shutdown. */
  public ShutdownDrain departure() {
    return own.departure;
  }

  /** The recorded states of nodes, by name, for display. */
  public Map<String, NodeState> all() {
    return Answers.await(book.all());
  }

  @Override
  public NodeReport status(String node) {
    String name = OrderText.node(node);
    KnownNodes known = known();
    NodeState state = Answers.await(book.read(name));
    if (state.updatedAt() == null && !known.has(name)) {
      String why = missing(name, known);
      return NodeReport.of(state.with(NodeCondition.UNKNOWN, true, why).shown(false));
    }
    return NodeReport.of(shown(state, known));
  }

  @Override
  public MaintenanceChange maintain(String node, boolean enabled, String reason) {
    String name = OrderText.node(node);
    KnownNodes known = known();
    String why = OrderText.reason(reason);
    String now = Json.timestamp(Instant.ofEpochMilli(timers.now()));
    NodeState state =
        Answers.await(
            book.change(
                name,
                before -> {
                  require(before, known);
                  return NodeOrders.maintained(before, enabled, why, now);
                }));
    NodeState reported = shown(state, known);
    return new MaintenanceChange(
        name, state.status(), state.schedulingEligible(), why, state.maintenance(), reported);
  }

  public MembershipLog members() {
    return new MembershipLog(book, nodes);
  }

  @Override
  public DrainReport drain(DrainOrder order) {
    String name = OrderText.node(order.node());
    OrderText.reason(order.reason());
    KnownNodes known = known();
    return new DrainService(book, own.jobs(), timers)
        .drain(
            name,
            order,
            known,
            before -> {
              require(before, known);
              NodeOrders.requireMember(before);
            },
            name.equals(self) ? own.drain() : null);
  }

  @Override
  public DrainCancelled undrain(String node, String reason, boolean markEligible) {
    String name = OrderText.node(node);
    KnownNodes known = known();
    String why = OrderText.reason(reason);
    String now = Json.timestamp(Instant.ofEpochMilli(timers.now()));
    AtomicBoolean wasDrained = new AtomicBoolean();
    NodeState state =
        Answers.await(
            book.change(
                name,
                before -> {
                  require(before, known);
                  wasDrained.set(before.drain().isOpen());
                  return NodeOrders.undrained(before, markEligible, why, now);
                }));
    own.drain().get(); // it is notified of the end
    return new DrainCancelled(
        name,
        DrainState.CANCELLED,
        wasDrained.get(),
        state.schedulingEligible(),
        why,
        NodeOrders.remains(state, wasDrained.get()),
        shown(state, known));
  }

  @Override
  public Reconciliation reconcile(String node, String reason, boolean dryRun) {
    String name = OrderText.node(node);
    KnownNodes known = known();
    NodeState state = Answers.await(book.read(name));
    require(state, known);
    Reconciliation done =
        new ReconcileService(own.jobs(), nodes, own.recover())
            .reconcile(shown(state, known), known, OrderText.reason(reason), dryRun);
    if (!dryRun) {
      String now = Json.timestamp(Instant.ofEpochMilli(timers.now()));
      Answers.await(book.tell(NodeEvent.of(done, now)));
    }
    return done;
  }

  /**
   * As displayed: a node without heartbeats is offline, whatever its record says, and a node with a
   * full disk takes no work.
   */
  private NodeState shown(NodeState state, KnownNodes known) {
    boolean lives = known.owner(state.node()).isPresent();
    boolean waits = state.operatorDisconnect() || MembershipLog.isComing(state, timers.now());
    NodeState reported =
        lives || waits ? state : state.with(NodeCondition.OFFLINE, false, state.reason());
    String full = known.full().get(state.node());
    return (full != null && reported.schedulingEligible()
            ? reported.with(reported.status(), false, full)
            : reported)
        .shown(state.node().equals(self));
  }

  private void require(NodeState stored, KnownNodes known) {
    if (stored.updatedAt() == null && !known.has(stored.node())) {
      throw new MnException(
          ErrorCode.NOT_FOUND, NodeReport.NOT_FOUND, missing(stored.node(), known));
    }
  }

  private static String missing(String node, KnownNodes known) {
    return "there is no node %s; there are %s"
        .formatted(node, known.names().limit(NAMED).collect(Collectors.joining(", ")));
  }

  private KnownNodes known() {
    return Answers.await(KnownNodes.of(nodes));
  }

  /** Checks texts in people's orders about nodes. */
  private static final class OrderText {
    private OrderText() {}

    /**
     * @throws MnException INVALID when it is not a node name
     */
    static String node(String given) {
      String name = given == null ? "" : given.strip();
      if (name.indexOf('@') <= 0 || name.endsWith("@") || name.chars().anyMatch(c -> c <= ' ')) {
        throw MnException.invalid("node name must look like mirror_neuron@host");
      }
      return name;
    }

    /**
     * Null when there is none.
     *
     * @throws MnException INVALID when it is too long
     */
    static String reason(String given) {
      String reason = GivenReason.checked(given);
      return reason == null || reason.isBlank() ? null : reason.strip();
    }
  }

  /** Applies orders to the state of a node. */
  private static final class NodeOrders {
    private NodeOrders() {}

    /**
     * @throws MnException PRECONDITION when an operator has removed the node
     */
    static void requireMember(NodeState node) {
      if (node.operatorDisconnect()) {
        throw MnException.precondition(
            "node %s was taken out of the cluster; add it again first".formatted(node.node()));
      }
    }

    static NodeState maintained(NodeState before, boolean enabled, String reason, String now) {
      if (before.drain().isOpen()) {
        throw MnException.precondition(
            "node %s is being drained; end that first (undrain)".formatted(before.node()));
      }
      requireMember(before);
      return before
          .with(enabled ? NodeCondition.MAINTENANCE : NodeCondition.HEALTHY, !enabled, reason)
          .with(new Maintenance(enabled, reason, now, enabled ? null : now));
    }

    static NodeState undrained(NodeState before, boolean markEligible, String reason, String now) {
      requireMember(before);
      boolean takesWork = before.status() == NodeCondition.HEALTHY && !before.drain().isOpen();
      if (takesWork) {
        return before; // there is no drain to end
      }
      NodeState after =
          markEligible
              ? before
                  .with(NodeCondition.HEALTHY, true, reason)
                  .with(before.maintenance().ended(reason, now))
              : before.with(NodeCondition.MAINTENANCE, false, reason);
      return before.drain().isOpen() ? after.with(before.drain().cancelled(now)) : after;
    }

    /**
     * Remaining obstacles after the end of a drain, for people; null for none.
     *
     * @param wasDrained whether there was a drain to end
     */
    static String remains(NodeState after, boolean wasDrained) {
      String none = wasDrained ? "" : "no drain was under way";
      String kept =
          after.status() == NodeCondition.MAINTENANCE
              ? "node %s is in maintenance and takes no work until that is ended (mn node maintenance %s --disable)"
                  .formatted(after.node(), after.node())
              : "";
      String both = none.isEmpty() || kept.isEmpty() ? none + kept : none + "; " + kept;
      return both.isEmpty() ? null : both;
    }
  }

  /**
   * Takes over the jobs of a dead node on request. That happens anyway; the caller learns which
   * jobs, and does not have to wait for the next heartbeat. A name may belong to a living and to a
   * dead server: jobs of the latter are taken over.
   *
   * @param recover takes over the jobs of all dead nodes
   */
  private record ReconcileService(
      JobsOfNode jobs, NodeRegistry nodes, Supplier<CompletionStage<?>> recover) {

    /**
     * @param node as displayed
     */
    Reconciliation reconcile(NodeState node, KnownNodes known, String reason, boolean dryRun) {
      String name = node.node();
      List<ReconciledJob> done = new ArrayList<>();
      owned(name, known, true)
          .forEach(
              job ->
                  done.add(
                      new ReconciledJob(
                          job,
                          ReconciledJob.SKIPPED,
                          "its node is taken for alive and works on it; a drain moves it",
                          "job",
                          null)));
      Set<String> before = owned(name, known, false);
      if (dryRun) {
        String why = "its node is dead; another one takes it over";
        before.forEach(job -> done.add(recovered(job, why, name)));
      } else if (!before.isEmpty() || known.owner(name).isEmpty()) {
        Answers.await(recover.get());
        Set<String> left = owned(name, known, false);
        before.forEach(job -> done.add(taken(job, left.contains(job), name)));
      }
      return answer(node, reason, dryRun, done, alive(node, known));
    }

    /**
     * Ids of open jobs of the node.
     *
     * @param living whether of the living owner, or of earlier ones with its name
     */
    private Set<String> owned(String node, KnownNodes known, boolean living) {
      Set<String> found = new TreeSet<>();
      Answers.await(jobs.owners())
          .forEach(
              (job, owner) -> {
                if (NodeRegistry.nameOf(owner).equals(node)
                    && known.living().contains(owner) == living) {
                  found.add(job);
                }
              });
      return found;
    }

    /** A killed node is considered alive for a while. */
    private String alive(NodeState node, KnownNodes known) {
      if (Boolean.TRUE.equals(node.self())) {
        return null;
      }
      return known
          .owner(node.node())
          .map(owner -> Answers.await(nodes.silence(owner)))
          .filter(OptionalLong::isPresent)
          .map(
              silence ->
                  "%s was last heard of %d s ago; it is taken for dead after %s without a heartbeat: if it is gone, say this again then"
                      .formatted(node.node(), silence.getAsLong() / 1000, nodes.lifetime().words()))
          .orElse(null);
    }

    private static ReconciledJob recovered(String job, String why, String node) {
      return new ReconciledJob(job, ReconciledJob.RECOVERED, why, "job", node);
    }

    private static ReconciledJob taken(String job, boolean isLeft, String node) {
      return isLeft
          ? new ReconciledJob(
              job, ReconciledJob.FAILED, "it could not be taken over; see the log", "job", node)
          : recovered(job, "its node is dead; another one took it over", node);
    }

    private static Reconciliation answer(
        NodeState node, String reason, boolean dryRun, List<ReconciledJob> jobs, String message) {
      return new Reconciliation(
          node.node(),
          dryRun ? "dry_run" : "reconciled",
          reason,
          node.schedulingEligible(),
          jobs.size(),
          count(jobs, ReconciledJob.RECOVERED),
          0,
          0,
          count(jobs, ReconciledJob.SKIPPED),
          count(jobs, ReconciledJob.FAILED),
          jobs,
          message);
    }

    private static int count(List<ReconciledJob> jobs, String action) {
      return (int) jobs.stream().filter(job -> job.action().equals(action)).count();
    }
  }

  /**
   * Accepts orders to drain nodes. The order is a record; the node does the work, see {@link
   * DrainWork}. A dry run applies the same plan to the same jobs.
   */
  private record DrainService(NodeStore book, JobsOfNode jobs, Timers timers) {
    /** How long an answer waits for the node to look at its jobs. */
    private static final long PATIENCE_MS = 5000;

    private static final long LOOK_MS = 100;

    /**
     * @param check throws when there is no such node, or it was removed
     * @param own makes this node look at its jobs; null for another node
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

    /** Empty for a dead node: other nodes take over its jobs. */
    private List<DrainAction> planned(String node, DrainOrder order, KnownNodes known) {
      Optional<String> owner = known.owner(node);
      if (owner.isEmpty()) {
        return List.of();
      }
      List<String> targets = known.takers(Answers.await(book.all()), node);
      DrainPlan plan = new DrainPlan(!targets.isEmpty(), false, order.ignoreSystemJobs());
      List<JobOnNode> own =
          Answers.await(jobs.ids(owner.get()).thenCompose(ids -> jobs.of(owner.get(), ids)));
      List<JobOnNode> ofOthers = Answers.await(jobs.remoteTasks(node));
      return DrainPlan.both(
          own.stream().map(plan::of).toList(), ofOthers.stream().map(plan::ofRemoteTask).toList());
    }

    private static NodeState ordered(
        NodeState before, DrainOrder order, Instant now, boolean lives) {
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

    /** The state once the node has looked at its jobs, or the present state after a timeout. */
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
}
