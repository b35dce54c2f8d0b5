package io.mirrorneuron.runtime.webhook;

import io.mirrorneuron.runtime.port.Leader;
import io.mirrorneuron.runtime.port.Leader.Timers;
import io.mirrorneuron.runtime.webhook.DeliveryRules.DeliveryOutcome;
import io.mirrorneuron.store.DeliveryQueue;
import io.mirrorneuron.store.DeliveryQueue.Head;
import io.mirrorneuron.wire.Json;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.DoubleSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Delivers the queues of all targets on the server that leads: one delivery of a target at a time,
 * all targets in parallel. A try is counted before it is made and settled after it; after a crash
 * between the two it is retried as if it had failed. Only running tries are kept in memory.
 * Thread-safe; never blocks.
 */
final class DeliveryLoop implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(DeliveryLoop.class);

  /** How often the leader looks for pending deliveries. */
  static final long LOOK_MS = 1_000;

  /** More than the most targets. */
  private static final int PAGE = 200;

  private final DeliveryQueue queue;
  private final Deliverer deliverer;
  private final Leader leader;
  private final Timers timers;
  private final DoubleSupplier chance;
  private final Set<String> underWay = ConcurrentHashMap.newKeySet();
  private volatile boolean closed;

  /**
   * @param chance gives numbers from 0 to 1
   */
  DeliveryLoop(
      DeliveryQueue queue,
      Deliverer deliverer,
      Leader leader,
      Timers timers,
      DoubleSupplier chance) {
    this.queue = queue;
    this.deliverer = deliverer;
    this.leader = leader;
    this.timers = timers;
    this.chance = chance;
  }

  /** Delivers whenever this server leads. */
  void start() {
    if (closed) {
      return;
    }
    timers.at(timers.now() + LOOK_MS, this::start);
    if (term().isPresent()) {
      queue
          .due(PAGE)
          .thenAccept(due -> due.forEach(this::attend))
          .exceptionally(DeliveryLoop::later);
    }
  }

  private OptionalLong term() {
    return closed ? OptionalLong.empty() : leader.term();
  }

  /** Looks at a target at once, without waiting for the next round. */
  void look(String target) {
    if (term().isPresent()) {
      queue
          .head(target)
          .thenAccept(head -> head.ifPresent(this::attend))
          .exceptionally(DeliveryLoop::later);
    }
  }

  private static <T> T later(Throwable failure) {
    LOG.debug("deliveries are looked at again later", failure);
    return null;
  }

  private void attend(Head head) {
    OptionalLong term = term();
    if (term.isEmpty() || !underWay.add(head.target())) {
      return;
    }
    CompletableFuture.<Void>completedFuture(null)
        .thenCompose(
            begun -> tried(term.getAsLong(), head)) // an exception of the call counts as a failure
        .whenComplete(
            (goesOn, failure) -> {
              underWay.remove(head.target());
              if (failure != null) {
                later(failure);
              } else if (goesOn) {
                look(head.target());
              }
            });
  }

  /** Answers whether the target may have more to deliver now. */
  private CompletionStage<Boolean> tried(long term, Head head) {
    if (head.tries() >= DeliveryRules.MOST_TRIES) {
      Head last = new Head(head.target(), head.delivery(), head.tries() - 1);
      return queue.settle(term, last, DeliveryRules.lost(now()));
    }
    return queue
        .begin(term, head, DeliveryRules.alone(head.tries() + 1, chance.getAsDouble()))
        .thenCompose(
            begun ->
                begun
                    ? deliverer.deliver(head).thenCompose(answer -> settled(term, head, answer))
                    : CompletableFuture.completedStage(true)); // it was looked at too early
  }

  private CompletionStage<Boolean> settled(long term, Head head, Optional<DeliveryOutcome> answer) {
    if (answer.isEmpty()) {
      return queue.forget(head.target()).thenApply(done -> false);
    }
    return queue.settle(
        term,
        head,
        DeliveryRules.after(head.tries() + 1, answer.get(), now(), chance.getAsDouble()));
  }

  private String now() {
    return Json.timestamp(Instant.ofEpochMilli(timers.now()));
  }

  /** Running tries may still be settled; no new ones begin. */
  @Override
  public void close() {
    closed = true;
  }

  @FunctionalInterface
  interface Deliverer {

    /**
     * Tries once, within {@link DeliveryRules#PATIENCE_MS}.
     *
     * @return the outcome, also when there was no answer; empty when the target no longer exists
     */
    CompletionStage<Optional<DeliveryOutcome>> deliver(Head head);
  }
}
