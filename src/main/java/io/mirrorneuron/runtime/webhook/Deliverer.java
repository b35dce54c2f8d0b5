package io.mirrorneuron.runtime.webhook;

import io.mirrorneuron.store.DeliveryQueue.Head;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** Brings deliveries to their targets. */
@FunctionalInterface
interface Deliverer {

  /**
   * Tries once, within {@link DeliveryRules#PATIENCE_MS}.
   *
   * @return what came of it, also when nobody answered; empty when there is no such target any more
   */
  CompletionStage<Optional<TryAnswer>> deliver(Head head);
}
