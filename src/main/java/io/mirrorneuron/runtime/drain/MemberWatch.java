package io.mirrorneuron.runtime.drain;

import io.mirrorneuron.port.node.DrainState;
import io.mirrorneuron.port.node.NodeState;
import io.mirrorneuron.port.node.NodeState.NodeCondition;
import io.mirrorneuron.runtime.drain.QuarantineRule.Verdict;
import io.mirrorneuron.runtime.machine.LeaderTerm;
import io.mirrorneuron.runtime.port.Leader.Timers;
import io.mirrorneuron.store.LeaderLease;
import io.mirrorneuron.store.NodeRegistry;
import io.mirrorneuron.store.RecordStore;
import io.mirrorneuron.wire.Json;
import java.time.Instant;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Records which nodes join, leave and lead, and closes drains of dead nodes. Only the leader does
 * so; it writes the new membership and its events in one step. A node that has seen no other does
 * nothing of that, and holds no lease.
 */
final class MemberWatch implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(MemberWatch.class);
  private static final long LOOK_MS = 1000;

  private final String self;
  private final NodeRegistry nodes;
  private final NodeStore book;
  private final BooleanSupplier metOthers;
  private final LeaderTerm lead;
  private final Timers timers;
  private final QuarantineService quarantine;
  private volatile boolean hasMet;
  private volatile boolean leads;
  private volatile boolean closed;

  /** Dead at the last look: a node that returns a moment later has not lost its work. */
  private Set<String> missed = Set.of();

  MemberWatch(
      String owner,
      NodeRegistry nodes,
      NodeStore book,
      LeaderLease lease,
      QuarantineRule rule,
      BooleanSupplier metOthers,
      Timers timers) {
    this.quarantine = new QuarantineService(book, rule, timers);
    this.self = NodeRegistry.nameOf(owner);
    this.nodes = nodes;
    this.book = book;
    this.metOthers = metOthers;
    this.timers = timers;
    this.lead = new LeaderTerm(RecordStore.NODES, owner, lease, nodes.lifetime(), timers);
  }

  /** Looks periodically. */
  void start() {
    book.hasReportedMembers()
        .thenAccept(reported -> hasMet |= reported)
        .whenComplete((done, away) -> keepOn());
  }

  private void keepOn() {
    if (closed) {
      return;
    }
    hasMet |= metOthers.getAsBoolean();
    if (hasMet && !leads) {
      leads = true;
      lead.start();
    }
    OptionalLong term = lead.term();
    CompletionStage<?> looked =
        term.isPresent() ? look(term.getAsLong()) : CompletableFuture.completedStage(null);
    looked.whenComplete(
        (done, away) -> {
          if (away != null) {
            LOG.debug("who is there is told later", away);
          }
          timers.at(timers.now() + LOOK_MS, this::keepOn);
        });
  }

  private CompletionStage<?> look(long term) {
    return KnownNodes.of(nodes)
        .thenCompose(
            known -> {
              Set<String> living =
                  known.living().stream()
                      .map(NodeRegistry::nameOf)
                      .collect(Collectors.toCollection(TreeSet::new));
              return book.tellMembers(living, self, term)
                  .thenCompose(reported -> book.all())
                  .thenCompose(
                      states ->
                          closeDead(states, living)
                              .thenCompose(done -> welcome(states, living, term))
                              .thenCompose(done -> forget(states, known))
                              .thenCompose(done -> quarantine.look(states, living, term)));
            });
  }

  private CompletableFuture<Void> closeDead(Map<String, NodeState> states, Set<String> living) {
    Set<String> before = missed;
    missed = new TreeSet<>(states.keySet());
    missed.removeAll(living);
    return CompletableFuture.allOf(
        states.values().stream()
            .filter(state -> state.drain().isOpen())
            .map(NodeState::node)
            .filter(node -> missed.contains(node) && before.contains(node))
            .map(this::close)
            .toArray(CompletableFuture[]::new));
  }

  /** Removes the records of unknown nodes for which nothing is decided. */
  private CompletableFuture<Void> forget(Map<String, NodeState> states, KnownNodes known) {
    return CompletableFuture.allOf(
        states.values().stream()
            .filter(NodeState::isUndecided)
            .map(NodeState::node)
            .filter(node -> !known.has(node))
            .map(node -> book.forget(node).toCompletableFuture())
            .toArray(CompletableFuture[]::new));
  }

  /** Admits announced nodes that have arrived. */
  private CompletableFuture<Void> welcome(
      Map<String, NodeState> states, Set<String> living, long term) {
    return CompletableFuture.allOf(
        states.values().stream()
            .filter(state -> state.status() == NodeCondition.JOINING)
            .map(NodeState::node)
            .filter(living::contains)
            .map(
                node ->
                    book.change(node, term, now -> MembershipLog.arrived(now, false))
                        .toCompletableFuture())
            .toArray(CompletableFuture[]::new));
  }

  /** Other nodes have taken over its work. */
  private CompletableFuture<?> close(String node) {
    String at = Json.timestamp(Instant.ofEpochMilli(timers.now()));
    LOG.info("node {} has died while it was drained: others have its jobs", node);
    return book.change(node, now -> closed(now, at)).toCompletableFuture();
  }

  static NodeState closed(NodeState now, String at) {
    DrainState drain = now.drain();
    if (!drain.isOpen()) {
      return now;
    }
    return drain.isOfEnd()
        ? now.with(drain.cancelled(at))
        : now.with(drain.after(DrainState.COMPLETE, at, DrainPlan.takenOver(drain.counters())))
            .with(NodeCondition.MAINTENANCE, false, drain.reason());
  }

  @Override
  public void close() {
    closed = true;
    if (leads) {
      lead.close();
    }
  }

  /**
   * Quarantines and releases nodes by the rule. Only the leader does so, one record per look, so
   * that each decision is based on the result of the last.
   */
  private record QuarantineService(NodeStore book, QuarantineRule rule, Timers timers) {
    private static final Logger LOG = LoggerFactory.getLogger(QuarantineService.class);

    /**
     * @param states of nodes, just read
     * @param living names of nodes
     * @param term under which this node leads
     */
    CompletionStage<?> look(Map<String, NodeState> states, Set<String> living, long term) {
      Instant now = Instant.ofEpochMilli(timers.now());
      return rule.next(states, living, now)
          .<CompletionStage<?>>map(
              verdict -> carryOut(verdict, states.get(verdict.node()), term, Json.timestamp(now)))
          .orElseGet(() -> CompletableFuture.completedStage(null));
    }

    private CompletionStage<?> carryOut(Verdict verdict, NodeState seen, long term, String at) {
      return book.change(verdict.node(), term, stored -> verdict.on(stored, seen, at))
          .thenAccept(after -> tell(verdict, after));
    }

    private static void tell(Verdict verdict, NodeState after) {
      if (verdict.begins() == null) {
        LOG.info("node {} is in quarantine no more: {}", verdict.node(), after.status().word());
      } else {
        LOG.warn("node {} is kept from work: {}", verdict.node(), verdict.begins().reason());
      }
    }
  }
}
