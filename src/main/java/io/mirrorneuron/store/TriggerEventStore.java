package io.mirrorneuron.store;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * Port: the newest trigger events, which start jobs. Events of the runtime itself are kept apart
 * from others, so that many jobs do not displace events of people and programs. Thread-safe and not
 * blocking.
 */
public interface TriggerEventStore {
  /** Source of an event. */
  enum Teller {
    OTHERS,
    RUNTIME
  }

  /**
   * Limits for each source; the oldest events go first.
   *
   * @param bytes the newest event is kept whatever its size
   */
  record Room(int events, long bytes) {}

  /**
   * Identifies an event, to detect repetitions for a day.
   *
   * @param text identical for the same event
   */
  record Seal(String eventId, String text) {}

  /**
   * Stores an event unless one with the same seal id was stored within the last day.
   *
   * @param seal null for an event that is never repeated
   * @return empty when it is stored; else the text of the earlier seal
   */
  CompletionStage<Optional<String>> add(Teller teller, String document, Seal seal);

  /** Newest events of all sources, newest first. */
  CompletionStage<List<String>> newest(int limit);
}
