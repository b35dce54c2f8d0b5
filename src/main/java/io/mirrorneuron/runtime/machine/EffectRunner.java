package io.mirrorneuron.runtime.machine;

import java.util.concurrent.CompletionStage;

/**
 * Performs the side effects that records ask for.
 *
 * @param <I> what may happen to a record
 * @param <E> what a record may want done
 */
@FunctionalInterface
public interface EffectRunner<I, E> {

  /**
   * Does it, or finds that it was done. May be asked for the same deed more than once, by two
   * servers also at the same time.
   *
   * @param id of the record
   * @return what came of it, as the record's next input; a stage that fails is asked again later
   */
  CompletionStage<I> perform(String id, E effect);
}
