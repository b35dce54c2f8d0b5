package io.mirrorneuron.storage;

import java.util.concurrent.CompletionStage;

/** Port: asks the store of jobs how it is. */
public interface StoreProbe {
  /** Whether there is a connection, as far as is known without asking. */
  boolean isConnected();

  /** Completes when the store answers at all. */
  CompletionStage<?> answers();

  /** Completes when the store has written something, of no use to anybody. */
  CompletionStage<?> writes();
}
