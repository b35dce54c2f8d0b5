package io.mirrorneuron.runtime.local;

import io.mirrorneuron.port.operation.ItemOutcome;
import java.util.Map;
import java.util.stream.Collectors;

/** What may happen to an operation. */
sealed interface OperationInput {
  /**
   * It is started, which happens once however often it is asked for.
   *
   * @param order what it is about
   */
  record Start(Operation.Order order) implements OperationInput {}

  /**
   * A round of work was done.
   *
   * @param round its number
   * @param outcomes by job; one that is missing has to wait
   * @param isOver whether nothing has to be waited for but items that wait
   * @param message of the operation as a whole, or null
   * @param failure why it cannot be done at all, and ends; or null
   */
  record Done(
      int round, Map<String, ItemOutcome> outcomes, boolean isOver, String message, String failure)
      implements OperationInput {

    /** One after which only items have to be waited for. */
    static Done of(OperationEffect effect, Map<String, ItemOutcome> outcomes, String message) {
      return new Done(effect.round(), outcomes, true, message, null);
    }

    /** That nothing of it can be done. */
    static Done failed(OperationEffect effect, String why) {
      ItemOutcome failed = ItemOutcome.failed(ItemOutcome.FAILED, why);
      return new Done(
          effect.round(),
          effect.jobs().stream().collect(Collectors.toMap(job -> job, job -> failed)),
          true,
          null,
          why);
    }
  }

  /** Its time has come. */
  record Wake() implements OperationInput {}
}
