package io.mirrorneuron.store;

import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * Port: outgoing deliveries, in order for each target. Only the first one of a target, its head,
 * can be tried; the next ones wait until it is delivered or dead. Times are by the clock of the
 * store. Thread-safe and not blocking; a stage fails with {@link io.mirrorneuron.model.MnException}
 * UNAVAILABLE when the store does not answer; the write may have happened then.
 */
public interface DeliveryQueue {
  /** Kind of the leader that may try deliveries, see {@link LeaderLease}. */
  String KIND = "webhook-deliveries";

  /**
   * Limits for each target; the oldest entries go first.
   *
   * @param deliveries that wait; beyond it the one that waits longest behind the head is dead. Also
   *     the limit of dead ones, which are dropped beyond it
   * @param bytes of the bodies of waiting deliveries, and of those of dead ones
   * @param delivered ones that are remembered
   * @param seen newest ids that are recognized when they are added again
   */
  record Room(int deliveries, long bytes, int delivered, int seen) {}

  /**
   * @param id identical when the delivery is added again
   * @param about JSON for lists
   * @param body is sent; removed after delivery
   */
  record Delivery(String id, String about, String body) {}

  /**
   * The next delivery of a target.
   *
   * @param tries that have begun
   */
  record Head(String target, Delivery delivery, int tries) {}

  enum State {
    PENDING,
    DEAD,
    DELIVERED
  }

  /**
   * A delivery in a list.
   *
   * @param note on the last try; empty when there was none
   * @param why it is dead; empty when it is not
   * @param nextAt time of the next try, milliseconds since the epoch; 0 when unknown
   */
  record Entry(String id, String about, int tries, String note, String why, long nextAt) {}

  /**
   * @param disabled why the target gets nothing at present; empty when it is enabled
   * @param delivered so far
   * @param dropped dead deliveries beyond the limits
   */
  record Overview(String disabled, long pending, long dead, long delivered, long dropped) {}

  /** Outcome of a try. */
  enum Fate {
    DELIVERED,
    RETRY,
    /** Tried again only by {@link #replay}. */
    DEAD,
    /** The target refuses all deliveries; this one stays the head. */
    DISABLED
  }

  /**
   * @param note on the try
   * @param delayMs until the next try
   * @param why it is dead or the target disabled; else empty
   */
  record Verdict(Fate fate, String note, long delayMs, String why) {}

  /** Creates a target; deliveries can be added to it from now on. */
  CompletionStage<Void> open(String target);

  CompletionStage<Void> forget(String target);

  /**
   * Adds a delivery to the targets that are open, not disabled and have not had it.
   *
   * @param overflow why the oldest waiting deliveries are dead when there are too many
   * @return number of targets that got it
   */
  CompletionStage<Integer> add(Delivery delivery, String overflow, Collection<String> targets);

  /** Heads that may be tried now, the longest waiting first. */
  CompletionStage<List<Head>> due(int limit);

  /** The head of one target; empty when it is not due. */
  CompletionStage<Optional<Head>> head(String target);

  /**
   * Begins a try: counts it first, so that no try is ever uncounted.
   *
   * @param term of the leader; 0 without a leader
   * @param aloneMs the delivery is not due for so long, unless it is settled before
   * @return false when the head has changed or was tried meanwhile; fails with UNAVAILABLE when
   *     another server leads
   */
  CompletionStage<Boolean> begin(long term, Head head, long aloneMs);

  /**
   * Ends a try.
   *
   * @param head with the number of tries before this one
   * @return as {@link #begin}
   */
  CompletionStage<Boolean> settle(long term, Head head, Verdict verdict);

  /** Waiting deliveries in their order, others newest first. */
  CompletionStage<List<Entry>> list(String target, State state, int limit);

  CompletionStage<Overview> overview(String target);

  /**
   * Puts dead deliveries back behind the waiting ones, within the limits.
   *
   * @param id of one delivery; empty for all
   * @return number of deliveries put back
   */
  CompletionStage<Integer> replay(String target, String id);

  /**
   * Enables a target; its head starts again with no tries counted.
   *
   * @return whether it was disabled
   */
  CompletionStage<Boolean> enable(String target);
}
