package io.mirrorneuron.store;

import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * Port: what is to be delivered to targets. Each target has its deliveries in order, and only the
 * first of them, its head, can be tried; what waits behind it waits until it has been delivered or
 * is dead. Times are by the clock of the store. Thread-safe and not blocking; a stage fails with
 * {@link io.mirrorneuron.model.MnException} UNAVAILABLE when the store does not answer, and then
 * nobody knows whether a write arrived.
 */
public interface DeliveryQueue {
  /** What the leader leads who may try deliveries, see {@code LeaderLease}. */
  String KIND = "webhook-deliveries";

  /**
   * How much is kept of each target; the oldest go first.
   *
   * @param deliveries that wait; what waits longest behind the head is dead when there are more. So
   *     many dead ones, too; when there are more they are dropped
   * @param bytes of the bodies of those that wait, and of those that are dead
   * @param delivered ones that are remembered
   * @param seen newest ids that are known when they are added again
   */
  record Room(int deliveries, long bytes, int delivered, int seen) {}

  /**
   * @param id the same when it is added again
   * @param about what lists tell of it; JSON
   * @param body what is sent; not kept once it has been delivered
   */
  record Delivery(String id, String about, String body) {}

  /**
   * What a target is to get next.
   *
   * @param tries that have begun
   */
  record Head(String target, Delivery delivery, int tries) {}

  /** Where a delivery can be. */
  enum State {
    PENDING,
    DEAD,
    DELIVERED
  }

  /**
   * A delivery as it is listed.
   *
   * @param note on the last try; empty when there was none
   * @param why it is dead; empty when it is not
   * @param nextAt when it is tried next, milliseconds since the epoch; 0 when that is not known
   */
  record Entry(String id, String about, int tries, String note, String why, long nextAt) {}

  /**
   * @param disabled why it gets nothing at present; empty when it gets what there is
   * @param delivered so far
   * @param dropped dead ones that there was no room for
   */
  record Overview(String disabled, long pending, long dead, long delivered, long dropped) {}

  /** What became of a try. */
  enum Fate {
    DELIVERED,
    /** It is tried again. */
    RETRY,
    /** It is not tried again unless somebody asks. */
    DEAD,
    /** The target wants nothing more; the delivery stays the head. */
    DISABLED
  }

  /**
   * @param note on the try
   * @param delayMs until it is tried again
   * @param why it is dead or the target disabled; empty in other cases
   */
  record Verdict(Fate fate, String note, long delayMs, String why) {}

  /** A target exists. Until then nothing can be added to it. */
  CompletionStage<Void> open(String target);

  /** Nothing stays of a target. */
  CompletionStage<Void> forget(String target);

  /**
   * Adds a delivery to the targets that are open, not disabled and have not had it.
   *
   * @param overflow why the oldest that wait are dead when there are too many
   * @return how many targets got it
   */
  CompletionStage<Integer> add(Delivery delivery, String overflow, Collection<String> targets);

  /** Heads that may be tried now, those that may for the longest time first. */
  CompletionStage<List<Head>> due(int limit);

  /** The same of one target; empty when it is not due. */
  CompletionStage<Optional<Head>> head(String target);

  /**
   * Begins a try: counts it before it is made, so that none is ever made uncounted.
   *
   * @param term of the leader; 0 for nobody's
   * @param aloneMs the delivery is not due for so long, unless it is settled before
   * @return false when the head is another by now or has been tried meanwhile; fails with
   *     UNAVAILABLE when another server leads
   */
  CompletionStage<Boolean> begin(long term, Head head, long aloneMs);

  /**
   * Ends a try.
   *
   * @param head with the tries that had begun before this one
   * @return as {@link #begin}
   */
  CompletionStage<Boolean> settle(long term, Head head, Verdict verdict);

  /** Those that wait in their order, others newest first. */
  CompletionStage<List<Entry>> list(String target, State state, int limit);

  CompletionStage<Overview> overview(String target);

  /**
   * Lets dead deliveries wait again, behind those that wait already, as far as there is room.
   *
   * @param id of one; empty for all
   * @return how many
   */
  CompletionStage<Integer> replay(String target, String id);

  /**
   * A target gets again what there is; its head has all tries before it.
   *
   * @return whether it was disabled
   */
  CompletionStage<Boolean> enable(String target);
}
