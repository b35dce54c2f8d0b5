package io.mirrorneuron.runtime.drain;

import io.mirrorneuron.port.upkeep.NodeState;
import io.mirrorneuron.runtime.port.Timers;
import io.mirrorneuron.store.RecordStore;
import io.mirrorneuron.store.RecordStore.StoredRecord;
import io.mirrorneuron.wire.Json;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.UnaryOperator;

/**
 * What is decided of each node: one record by name, which any node may change. A change is decided
 * on what is stored and decided again when another one came first. Thread-safe and not blocking.
 */
public final class NodeBook {
  static final String KIND = "nodes";

  private static final int PAGE = 500;

  private final RecordStore records;
  private final Timers timers;

  public NodeBook(RecordStore records, Timers timers) {
    this.records = records;
    this.timers = timers;
  }

  /** A node of which nothing was decided is as {@link NodeState#of} says. */
  public CompletionStage<NodeState> read(String node) {
    return records
        .read(KIND, node)
        .thenApply(stored -> stored.map(NodeBook::state).orElseGet(() -> NodeState.of(node)));
  }

  /** Those of which something was decided, by name. */
  public CompletionStage<Map<String, NodeState>> all() {
    return all("", new HashMap<>());
  }

  private CompletionStage<Map<String, NodeState>> all(String after, Map<String, NodeState> found) {
    return records
        .list(KIND, after, PAGE)
        .thenCompose(
            page -> {
              page.forEach(stored -> found.put(stored.id(), state(stored)));
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
   * @param next makes the new state of the stored one; may be asked several times, and what it
   *     throws is the failure; the same state changes nothing
   * @return the state as it is then
   */
  public CompletionStage<NodeState> change(String node, UnaryOperator<NodeState> next) {
    return records
        .read(KIND, node)
        .thenCompose(
            stored -> {
              NodeState before = stored.map(NodeBook::state).orElseGet(() -> NodeState.of(node));
              NodeState after = next.apply(before);
              return after.equals(before)
                  ? CompletableFuture.completedFuture(before)
                  : write(stored.map(StoredRecord::revision).orElse(0L), after, next);
            });
  }

  private CompletionStage<NodeState> write(
      long replaced, NodeState after, UnaryOperator<NodeState> next) {
    NodeState written = after.at(Json.timestamp(Instant.ofEpochMilli(timers.now())));
    long dueAt = written.drain().isOpen() ? timers.now() : RecordStore.NEVER;
    return records
        .write(KIND, written.node(), replaced, Json.write(written), dueAt)
        .thenCompose(
            revision ->
                revision.isPresent()
                    ? CompletableFuture.completedFuture(written)
                    : change(written.node(), next));
  }
}
