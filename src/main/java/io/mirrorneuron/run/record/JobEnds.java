package io.mirrorneuron.run.record;

import java.util.concurrent.CompletionStage;

/**
 * Hears of each job that has ended, and of what happens to it before: at least once, also when a
 * server dies meanwhile.
 */
@FunctionalInterface
public interface JobEnds {

  /**
   * Not blocking. A stage that fails with {@link io.mirrorneuron.model.MnException} UNAVAILABLE has
   * the job told again.
   */
  CompletionStage<?> ended(EndedJob job);

  /**
   * The same for what happens to jobs that are open, in its order: before the run tells of it. May
   * block for as long as the store takes.
   *
   * @param job as it was then; its last event is this one
   * @param type of the event
   * @param at when it happened, as written
   * @throws io.mirrorneuron.model.MnException UNAVAILABLE to be told again
   */
  default void changed(EndedJob job, String type, String at) {}
}
