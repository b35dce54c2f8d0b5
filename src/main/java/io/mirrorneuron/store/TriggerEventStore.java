package io.mirrorneuron.store;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * Port: the newest events that start jobs. Those that the runtime tells of itself are kept apart
 * from the others, so that many jobs do not drive out what people and programs have told.
 * Thread-safe and not blocking.
 */
public interface TriggerEventStore {
  /** Who tells an event. */
  enum Teller {
    OTHERS,
    RUNTIME
  }

  /**
   * How much is kept of what each teller tells; the oldest go first.
   *
   * @param bytes the newest event is kept however large it is
   */
  record Room(int events, long bytes) {}

  /**
   * Says what an event is, for it to be known when it is told again. Holds for a day.
   *
   * @param text any; the same event has the same
   */
  record Seal(String eventId, String text) {}

  /**
   * Stores an event unless one with the id of its seal was stored in the last day.
   *
   * @param seal null for one that is never told again
   * @return empty when it is stored; else the text of the seal that was stored then
   */
  CompletionStage<Optional<String>> add(Teller teller, String document, Seal seal);

  /** The newest of all tellers, newest first. */
  CompletionStage<List<String>> newest(int limit);
}
