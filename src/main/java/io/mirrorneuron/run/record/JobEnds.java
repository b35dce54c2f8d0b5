package io.mirrorneuron.run.record;

import java.util.concurrent.CompletionStage;

/** Hears of each job that has ended: at least once, also when a server dies meanwhile. */
@FunctionalInterface
public interface JobEnds {

  /**
   * Not blocking. A stage that fails with {@link io.mirrorneuron.model.MnException} UNAVAILABLE has
   * the job told again.
   */
  CompletionStage<?> ended(EndedJob job);
}
