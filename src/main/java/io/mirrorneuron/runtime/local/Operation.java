package io.mirrorneuron.runtime.local;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import io.mirrorneuron.port.OperationsPort.ItemOutcome;
import io.mirrorneuron.port.OperationsPort.OperationKind;
import io.mirrorneuron.port.OperationsPort.OperationOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * A stored operation. Its log is complete and without duplicates: the number of an entry is its
 * place there. The state of items follows from it.
 *
 * @param log oldest first
 * @param begun number of the jobs that were begun, the first ones
 * @param round number of the last round of work
 * @param hand jobs of that round, by their place in the order
 * @param isOwed whether that round is pending
 * @param lookAt time of the next round; 0 while one is pending, and at the end
 * @param message for people, or null
 */
@JsonInclude(JsonInclude.Include.NON_DEFAULT)
record Operation(
    Order order,
    List<Entry> log,
    int begun,
    int round,
    List<Integer> hand,
    boolean isOwed,
    long lookAt,
    String message) {

  /**
   * The order of an operation.
   *
   * @param by the caller, or null
   * @param jobs affected
   * @param omitted number of further jobs, beyond the limit
   * @param at milliseconds since the epoch
   */
  @JsonInclude(JsonInclude.Include.NON_DEFAULT)
  record Order(
      OperationKind kind,
      OperationOptions options,
      String by,
      List<String> jobs,
      int omitted,
      long at) {
    Order {
      options = options == null ? OperationOptions.NONE : options;
      jobs = jobs == null ? List.of() : List.copyOf(jobs);
    }
  }

  /** Kinds of log entries. */
  enum Step {
    CREATED("operation_created"),
    STARTED("operation_started"),
    ITEM_STARTED("item_started"),
    ITEM_COMPLETED("item_completed"),
    ITEM_DEFERRED("item_deferred"),
    DEFERRED("operation_deferred"),
    COMPLETED("operation_completed");

    final String type;

    Step(String type) {
      this.type = type;
    }

    boolean isOfItem() {
      return this == ITEM_STARTED || this == ITEM_COMPLETED || this == ITEM_DEFERRED;
    }

    /** Whether its event contains the counts of items by status. */
    boolean isCounted() {
      return this == DEFERRED || this == COMPLETED;
    }
  }

  /**
   * @param item place of the job in the order
   * @param at milliseconds since the epoch
   * @param outcome of the job, or null
   */
  @JsonInclude(JsonInclude.Include.NON_DEFAULT)
  record Entry(Step step, int item, long at, ItemOutcome outcome) {}

  Operation {
    log = log == null ? List.of() : List.copyOf(log);
    hand = hand == null ? List.of() : List.copyOf(hand);
  }

  static Operation of(Order order) {
    return new Operation(order, List.of(), 0, 0, List.of(), false, 0, null);
  }

  Operation and(List<Entry> more) {
    List<Entry> all = new ArrayList<>(log);
    all.addAll(more);
    return new Operation(order, all, begun, round, hand, isOwed, lookAt, message);
  }

  /** The same with the next round of work pending, for these jobs. */
  Operation owing(List<Integer> jobs, int begunByThen) {
    return new Operation(order, log, begunByThen, round + 1, jobs, true, 0, message);
  }

  /** The same with nothing pending until then; 0 for ever. */
  Operation waiting(long until) {
    return new Operation(order, log, begun, round, List.of(), false, until, message);
  }

  Operation saying(String text) {
    return text == null
        ? this
        : new Operation(order, log, begun, round, hand, isOwed, lookAt, text);
  }

  /** Its state when the log had so many entries. */
  Operation upTo(int entries) {
    List<Entry> then = log.subList(0, entries);
    int begunThen = (int) then.stream().filter(e -> e.step() == Step.ITEM_STARTED).count();
    return new Operation(order, then, begunThen, round, List.of(), false, lookAt, message);
  }

  /** The last entry of each job; null for a job that was not begun. */
  Entry[] items() {
    Entry[] last = new Entry[order.jobs().size()];
    log.stream().filter(entry -> entry.step().isOfItem()).forEach(e -> last[e.item()] = e);
    return last;
  }

  /** Places of the jobs that have to wait. */
  List<Integer> deferred() {
    Entry[] items = items();
    return IntStream.range(0, items.length)
        .filter(i -> items[i] != null && items[i].step() == Step.ITEM_DEFERRED)
        .boxed()
        .toList();
  }

  boolean has(Step step) {
    return log.stream().anyMatch(entry -> entry.step() == step);
  }

  /** Time of the last such entry; 0 for never. */
  long at(Step step) {
    return log.reversed().stream()
        .filter(entry -> entry.step() == step)
        .mapToLong(Entry::at)
        .findFirst()
        .orElse(0);
  }

  @JsonIgnore
  boolean isOver() {
    return !log.isEmpty() && log.getLast().step() == Step.COMPLETED;
  }

  /** Inputs of an operation. */
  sealed interface OperationInput {
    /** Starts the operation. Idempotent. */
    record Start(Operation.Order order) implements OperationInput {}

    /**
     * A round of work has ended.
     *
     * @param outcomes by job; a missing job has to wait
     * @param isOver whether only waiting items are left
     * @param message of the operation as a whole, or null
     * @param failure why the operation fails as a whole; or null
     */
    record Done(
        int round,
        Map<String, ItemOutcome> outcomes,
        boolean isOver,
        String message,
        String failure)
        implements OperationInput {

      /** A round after which only waiting items are left. */
      static Done of(OperationEffect effect, Map<String, ItemOutcome> outcomes, String message) {
        return new Done(effect.round(), outcomes, true, message, null);
      }

      /** The operation fails as a whole. */
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

    record Wake() implements OperationInput {}
  }

  /**
   * A round of work of an operation. Idempotent: it may run more than once, also on two servers at
   * the same time, and reports earlier work on a job with the same outcome.
   *
   * @param round distinguishes the rounds of an operation
   * @param jobs of this round
   */
  record OperationEffect(int round, List<String> jobs, Operation.Order order) {}
}
