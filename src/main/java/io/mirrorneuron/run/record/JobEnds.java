package io.mirrorneuron.run.record;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Hears of each job that has ended, and of what its steps have asked people: at least once, also
 * when a server dies meanwhile.
 */
@FunctionalInterface
public interface JobEnds {

  /**
   * Not blocking. A stage that fails with {@link io.mirrorneuron.model.MnException} UNAVAILABLE has
   * the job told again.
   */
  CompletionStage<?> ended(EndedJob job);

  /** The same for a question to people. All of an open job may be told anew after a start. */
  default CompletionStage<?> asked(PeopleEvent event) {
    return CompletableFuture.completedStage(null);
  }
}
