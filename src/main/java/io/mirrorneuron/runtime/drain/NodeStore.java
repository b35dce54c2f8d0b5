package io.mirrorneuron.runtime.drain;

import io.mirrorneuron.port.node.NodeState;
import io.mirrorneuron.runtime.port.Leader.Timers;
import io.mirrorneuron.store.RecordStore;
import io.mirrorneuron.store.RecordStore.Beside;
import io.mirrorneuron.store.RecordStore.StoredRecord;
import io.mirrorneuron.wire.Json;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/**
 * Decisions about nodes: one record per node, by name, which any node may change. A change is
 * computed from the stored record, and again when another write came first. Thread-safe; does not
 * block.
 */
public final class NodeStore {
  static final String KIND = RecordStore.NODES;

  /** Record of the last known members; not the name of a node. */
  private static final String MEMBERS = "members";

  private static final int PAGE = 500;

  private final RecordStore records;
  private final Timers timers;
  private volatile Supplier<CompletionStage<Void>> reader =
      () -> CompletableFuture.completedStage(null);

  public NodeStore(RecordStore records, Timers timers) {
    this.records = records;
    this.timers = timers;
  }

  /** Sets the reader that refreshes the known states before a change completes. */
  void readBy(Supplier<CompletionStage<Void>> reader) {
    this.reader = reader;
  }

  /** {@link NodeState#of} for a node without a record. */
  public CompletionStage<NodeState> read(String node) {
    return records
        .read(KIND, node)
        .thenApply(stored -> stored.map(NodeStore::state).orElseGet(() -> NodeState.of(node)));
  }

  /** The nodes with a record, by name. */
  public CompletionStage<Map<String, NodeState>> all() {
    return all("", new HashMap<>());
  }

  private CompletionStage<Map<String, NodeState>> all(String after, Map<String, NodeState> found) {
    return records
        .list(KIND, after, PAGE)
        .thenCompose(
            page -> {
              page.stream()
                  .filter(stored -> !stored.id().equals(MEMBERS))
                  .forEach(stored -> found.put(stored.id(), state(stored)));
              return page.size() < PAGE
                  ? CompletableFuture.completedFuture(found)
                  : all(last(page), found);
            });
  }

  private static String last(List<StoredRecord> page) {
    return page.getLast().id();
  }

  private static NodeState state(StoredRecord stored) {
    return Json.read(stored.json(), NodeState.class, "record of node " + stored.id());
  }

  /**
   * @param next computes the new state from the stored one; may be called several times, and its
   *     exception is the failure; the same state changes nothing
   * @return the resulting state
   */
  public CompletionStage<NodeState> change(String node, UnaryOperator<NodeState> next) {
    return change(node, 0, next);
  }

  /**
   * The same by a leader: the write is refused when another node has led since.
   *
   * @param term under which it leads; 0 when any node may write this
   */
  CompletionStage<NodeState> change(String node, long term, UnaryOperator<NodeState> next) {
    return records
        .read(KIND, node)
        .thenCompose(
            stored -> {
              NodeState before = stored.map(NodeStore::state).orElseGet(() -> NodeState.of(node));
              NodeState after = next.apply(before);
              return after.equals(before)
                  ? CompletableFuture.completedFuture(before)
                  : write(
                          stored.map(StoredRecord::revision).orElse(0L),
                          after.after(before, now()),
                          reported(term, NodeEvent.between(before, after, now())))
                      .thenCompose(
                          written ->
                              written.isPresent()
                                  ? CompletableFuture.completedFuture(written.get())
                                  : change(node, term, next));
            });
  }

  /** Drops the record of a node that is gone for good, unless it contains a decision. */
  CompletionStage<?> forget(String node) {
    return records
        .read(KIND, node)
        .thenCompose(
            stored ->
                stored.map(NodeStore::state).filter(NodeState::isUndecided).isPresent()
                    ? records.delete(KIND, node, stored.orElseThrow().revision())
                    : CompletableFuture.completedStage(false));
  }

  private CompletionStage<Optional<NodeState>> write(
      long replaced, NodeState after, Beside reported) {
    long dueAt = after.drain().isOpen() ? timers.now() : RecordStore.NEVER;
    return records
        .write(KIND, after.node(), replaced, Json.write(after), dueAt, reported)
        .thenApply(revision -> revision.map(written -> after))
        .thenCompose(
            written -> reader.get().handle((read, away) -> written)); // it is written nevertheless
  }

  private String now() {
    return Json.timestamp(Instant.ofEpochMilli(timers.now()));
  }

  private static Beside reported(long term, List<String> news) {
    return new Beside(term, List.of(), null, List.of(), news);
  }

  /** The last recorded members and leader. */
  private record Members(Set<String> nodes, String leader) {
    static final Members NONE = new Members(Set.of(), null);

    List<String> since(Members before, String at) {
      List<String> news = new ArrayList<>();
      nodes.stream()
          .filter(node -> !before.nodes.contains(node))
          .forEach(node -> news.add(NodeEvent.of("node_joined", at, node)));
      before.nodes.stream()
          .filter(node -> !nodes.contains(node))
          .forEach(node -> news.add(NodeEvent.of("node_left", at, node)));
      if (!Objects.equals(leader, before.leader)) {
        Map<String, Object> state = new TreeMap<>(Map.of("to", leader));
        if (before.leader != null) {
          state.put("from", before.leader);
        }
        news.add(NodeEvent.changed("leader_changed", at, leader, state));
      }
      return news;
    }
  }

  private static Members members(Optional<StoredRecord> stored) {
    return stored
        .map(record -> Json.read(record.json(), Members.class, MEMBERS))
        .orElse(Members.NONE);
  }

  /**
   * Records nodes that have come and gone since the last call. The next call makes up for failures,
   * including lost races.
   *
   * @param term under which {@code leader} leads
   */
  CompletionStage<?> tellMembers(Set<String> living, String leader, long term) {
    Members now = new Members(new TreeSet<>(living), leader);
    return records
        .read(KIND, MEMBERS)
        .thenCompose(
            stored -> {
              List<String> news = now.since(members(stored), now());
              return news.isEmpty()
                  ? CompletableFuture.completedStage(Optional.<Long>empty())
                  : write(stored, now, reported(term, news));
            });
  }

  /** Whether there have been several nodes on this store. */
  CompletionStage<Boolean> hasReportedMembers() {
    return records.read(KIND, MEMBERS).thenApply(Optional::isPresent);
  }

  private CompletionStage<Optional<Long>> write(
      Optional<StoredRecord> replaced, Members members, Beside beside) {
    long revision = replaced.map(StoredRecord::revision).orElse(0L);
    return records.write(KIND, MEMBERS, revision, Json.write(members), RecordStore.NEVER, beside);
  }

  /** Adds an event that changes no record of a node. */
  CompletionStage<Void> tell(String event) {
    return records
        .read(KIND, MEMBERS)
        .thenCompose(stored -> write(stored, members(stored), reported(0, List.of(event))))
        .thenCompose(
            written -> written.isPresent() ? CompletableFuture.completedStage(null) : tell(event));
  }
}
