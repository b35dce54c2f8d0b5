package io.mirrorneuron.runtime.drain;

import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.node.DrainCancelled;
import io.mirrorneuron.port.node.DrainOrder;
import io.mirrorneuron.port.node.DrainReport;
import io.mirrorneuron.port.node.DrainState;
import io.mirrorneuron.port.node.MaintenanceChange;
import io.mirrorneuron.port.node.NodeCondition;
import io.mirrorneuron.port.node.NodeReport;
import io.mirrorneuron.port.node.NodeState;
import io.mirrorneuron.port.node.NodeUpkeep;
import io.mirrorneuron.port.node.Reconciliation;
import io.mirrorneuron.runtime.local.Answers;
import io.mirrorneuron.runtime.port.Timers;
import io.mirrorneuron.store.NodeRegistry;
import io.mirrorneuron.wire.Json;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** The upkeep of all nodes on the store, as this one does it. */
public final class LocalUpkeep implements NodeUpkeep {
  /** How many nodes an error names. */
  private static final int NAMED = 10;

  private final String self;
  private final NodeRegistry nodes;
  private final NodeBook book;
  private final Timers timers;
  private final OwnWork own;

  /**
   * What this node does at once when it is asked to.
   *
   * @param jobs of all nodes
   * @param drain looks at the jobs of this node, if it is being drained
   * @param recover takes over the jobs of nodes that are dead
   * @param departure what it does when it is told to end; null where nobody tells it
   */
  public record OwnWork(
      JobsOfNode jobs,
      Supplier<CompletionStage<?>> drain,
      Supplier<CompletionStage<?>> recover,
      Departure departure) {}

  /**
   * @param self the name of this node
   */
  public LocalUpkeep(String self, NodeRegistry nodes, NodeBook book, Timers timers, OwnWork own) {
    this.self = self;
    this.nodes = nodes;
    this.book = book;
    this.timers = timers;
    this.own = own;
  }

  /** Whether this node has ever been told of another one. */
  public boolean hasMetOthers() {
    return nodes.hasMetOthers();
  }

  /** The end of this node, once it is told to. */
  public Departure departure() {
    return own.departure;
  }

  /** What is decided of nodes, by name, for who shows them. */
  public Map<String, NodeState> all() {
    return Answers.await(book.all());
  }

  @Override
  public NodeReport status(String node) {
    String name = OrderWords.node(node);
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
    String name = OrderWords.node(node);
    KnownNodes known = known();
    String why = OrderWords.reason(reason);
    String now = Json.timestamp(Instant.ofEpochMilli(timers.now()));
    NodeState state =
        Answers.await(
            book.change(
                name,
                before -> {
                  require(before, known);
                  return NodeOrders.maintained(before, enabled, why, now);
                }));
    NodeState told = shown(state, known);
    return new MaintenanceChange(
        name, state.status(), state.schedulingEligible(), why, state.maintenance(), told);
  }

  /** What is decided of who belongs to the cluster. */
  public MemberBook members() {
    return new MemberBook(book, nodes);
  }

  @Override
  public DrainReport drain(DrainOrder order) {
    String name = OrderWords.node(order.node());
    OrderWords.reason(order.reason());
    KnownNodes known = known();
    return new DrainDesk(book, own.jobs(), timers)
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
    String name = OrderWords.node(node);
    KnownNodes known = known();
    String why = OrderWords.reason(reason);
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
    own.drain().get(); // it learns of the end
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
    String name = OrderWords.node(node);
    KnownNodes known = known();
    NodeState state = Answers.await(book.read(name));
    require(state, known);
    Reconciliation done =
        new ReconcileDesk(own.jobs(), nodes, own.recover())
            .reconcile(shown(state, known), known, OrderWords.reason(reason), dryRun);
    if (!dryRun) {
      String now = Json.timestamp(Instant.ofEpochMilli(timers.now()));
      Answers.await(book.tell(NodeEvent.of(done, now)));
    }
    return done;
  }

  /**
   * As it is told: who sends no heartbeats is offline, whatever was decided of it, and who has a
   * full disk takes no work.
   */
  private NodeState shown(NodeState state, KnownNodes known) {
    boolean lives = known.owner(state.node()).isPresent();
    boolean waits = state.operatorDisconnect() || MemberBook.isComing(state, timers.now());
    NodeState told =
        lives || waits ? state : state.with(NodeCondition.OFFLINE, false, state.reason());
    String full = known.full().get(state.node());
    return (full != null && told.schedulingEligible()
            ? told.with(told.status(), false, full)
            : told)
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
}
