package io.mirrorneuron.runtime.machine;

import java.util.concurrent.CompletionStage;

/**
 * Performs the effects that the state machine of a record asks for.
 *
 * @param <I> input of the state machine
 * @param <E> effect
 */
@FunctionalInterface
public interface EffectRunner<I, E> {

  /**
   * Performs one effect. Must be idempotent: two servers may ask for the same effect at the same
   * time.
   *
   * @param id of the record
   * @return the outcome as the record's next input; a failed stage is retried later
   */
  CompletionStage<I> perform(String id, E effect);
}
