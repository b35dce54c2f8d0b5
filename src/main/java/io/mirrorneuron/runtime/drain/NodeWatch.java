package io.mirrorneuron.runtime.drain;

import io.mirrorneuron.port.node.NodeState;
import io.mirrorneuron.runtime.port.Timers;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * What is decided of nodes, as this one knows it without asking: at once what was decided here, a
 * second old at most what others decided while there are others, or while this node is being
 * drained. A node that is alone reads it at its start and when it changes it. Thread-safe.
 */
final class NodeWatch {
  private static final long LOOK_MS = 1000;

  private final String self;
  private final NodeBook book;
  private final BooleanSupplier hasOthers;
  private final Timers timers;
  private volatile Map<String, NodeState> known = Map.of();
  private final Consumer<Boolean> out;
  private boolean wasOut; // guarded by this
  private long begun; // looks; guarded by this
  private long learned; // which of them is known; guarded by this
  private volatile boolean closed;

  /**
   * @param self the name of this node
   * @param hasOthers whether other nodes live, as far as this one has heard
   * @param out is told when the operator takes this node out of the cluster, and lets it in again
   */
  NodeWatch(
      String self, NodeBook book, BooleanSupplier hasOthers, Consumer<Boolean> out, Timers timers) {
    this.out = out;
    this.self = self;
    this.book = book;
    this.hasOthers = hasOthers;
    this.timers = timers;
  }

  /** Whether work may be placed on the node. */
  boolean takesWork(String node) {
    NodeState state = known.get(node);
    return state == null || state.schedulingEligible();
  }

  /** Whether this node is being drained. */
  boolean isDrained() {
    NodeState state = known.get(self);
    return state != null && state.drain().isOpen();
  }

  /** Reads what is decided now. */
  CompletionStage<Void> look() {
    long number = next();
    return book.all().thenAccept(all -> learn(number, all));
  }

  private synchronized long next() {
    return ++begun;
  }

  /** A look that ends after a later one has seen less. */
  private void learn(long number, Map<String, NodeState> all) {
    NodeState own = all.get(self);
    boolean isOut = own != null && own.operatorDisconnect();
    synchronized (this) {
      if (number < learned) {
        return;
      }
      learned = number;
      known = Map.copyOf(all);
      if (isOut != wasOut) {
        wasOut = isOut;
        out.accept(isOut);
      }
    }
  }

  /**
   * Looks from time to time.
   *
   * @param drain is asked while this node is being drained; completes when it has done what it can
   */
  void start(Supplier<CompletionStage<?>> drain) {
    if (closed) {
      return;
    }
    look()
        .thenCompose(
            done ->
                isDrained()
                    ? drain.get().thenAccept(looked -> {})
                    : CompletableFuture.<Void>completedStage(null))
        .whenComplete((done, away) -> later(drain, away != null));
  }

  private void later(Supplier<CompletionStage<?>> drain, boolean mustLook) {
    timers.at(
        timers.now() + LOOK_MS,
        () -> {
          if (mustLook || hasOthers.getAsBoolean() || isDrained() || !takesWork(self)) {
            start(drain);
          } else if (!closed) {
            later(drain, false);
          }
        });
  }

  void close() {
    closed = true;
  }
}
