package io.mirrorneuron.storage;

import java.util.concurrent.CompletionStage;

/** Port: checks the store of jobs. */
public interface StoreProbe {
  /** Whether there is a connection, as far as is known without asking. */
  boolean isConnected();

  /** Completes when the store answers at all. */
  CompletionStage<?> answers();

  /** What it means when it does not answer. */
  default String silence() {
    return "Redis does not answer";
  }

  /** Completes when the store has made a trial write. */
  CompletionStage<?> writes();
}
