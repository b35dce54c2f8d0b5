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
 * An operation as it is stored. All that happened to it is its log, in which nothing is missing or
 * there twice: the number of an entry is its place there. What items are follows from it.
 *
 * @param log what happened, oldest first
 * @param begun how many of the jobs were begun, the first ones
 * @param round number of the last round of work
 * @param hand which jobs that round is about, by their place in the order
 * @param isOwed whether that round is to be done
 * @param lookAt when the next round is due; 0 while one is owed, and at the end
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
   * What is to be done.
   *
   * @param by who wants it, or null
   * @param jobs that it is about
   * @param omitted how many further ones there are, that are too many
   * @param at when it was asked for, milliseconds since the epoch
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

  /** What may have happened. */
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

    /** Whether it is about a job. */
    boolean isOfItem() {
      return this == ITEM_STARTED || this == ITEM_COMPLETED || this == ITEM_DEFERRED;
    }

    /** Whether it tells how many items there are of each sort. */
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

  /** One to which nothing has happened. */
  static Operation of(Order order) {
    return new Operation(order, List.of(), 0, 0, List.of(), false, 0, null);
  }

  Operation and(List<Entry> more) {
    List<Entry> all = new ArrayList<>(log);
    all.addAll(more);
    return new Operation(order, all, begun, round, hand, isOwed, lookAt, message);
  }

  /** The same, which owes the next round of work, about these jobs. */
  Operation owing(List<Integer> jobs, int begunByThen) {
    return new Operation(order, log, begunByThen, round + 1, jobs, true, 0, message);
  }

  /** The same, which owes nothing until then; 0 for ever. */
  Operation waiting(long until) {
    return new Operation(order, log, begun, round, List.of(), false, until, message);
  }

  Operation saying(String text) {
    return text == null
        ? this
        : new Operation(order, log, begun, round, hand, isOwed, lookAt, text);
  }

  /** As it was when it had so many entries. */
  Operation upTo(int entries) {
    List<Entry> then = log.subList(0, entries);
    int begunThen = (int) then.stream().filter(e -> e.step() == Step.ITEM_STARTED).count();
    return new Operation(order, then, begunThen, round, List.of(), false, lookAt, message);
  }

  /** The last entry of each job; null for one that was not begun. */
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

  /** When that happened last; 0 for never. */
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
        int round,
        Map<String, ItemOutcome> outcomes,
        boolean isOver,
        String message,
        String failure)
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

  /**
   * A round of work that an operation wants done. It may be done more than once, also by two
   * servers at the same time: whatever was done to a job before is found, and told the same.
   *
   * @param round tells it from others of its operation
   * @param jobs that it is about
   * @param order of the operation
   */
  record OperationEffect(int round, List<String> jobs, Operation.Order order) {}
}
