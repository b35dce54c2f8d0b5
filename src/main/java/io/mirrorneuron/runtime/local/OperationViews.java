package io.mirrorneuron.runtime.local;

import io.mirrorneuron.port.OperationsPort.ItemOutcome;
import io.mirrorneuron.port.OperationsPort.OperationEvent;
import io.mirrorneuron.port.OperationsPort.OperationView;
import io.mirrorneuron.port.OperationsPort.OperationView.Counters;
import io.mirrorneuron.port.OperationsPort.OperationView.Item;
import io.mirrorneuron.port.OperationsPort.OperationView.Target;
import io.mirrorneuron.runtime.local.Operation.Entry;
import io.mirrorneuron.runtime.local.Operation.Step;
import io.mirrorneuron.wire.Json;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Views of an operation. */
record OperationViews(String id, Operation operation) {
  private static final int MOST_ERRORS = 100;

  /** Without items. */
  OperationView outline() {
    return view(null, null);
  }

  /** With as many items as a message has room for, unfinished ones first. */
  OperationView whole() {
    Entry[] last = operation.items();
    List<Integer> places =
        IntStream.range(0, last.length)
            .boxed()
            .sorted(Comparator.comparing((Integer place) -> isDone(last[place])))
            .toList();
    Map<String, Item> items = new LinkedHashMap<>();
    long[] startedAt = startedAt(last.length);
    places.stream()
        .limit(OperationView.MOST_TOLD)
        .map(place -> item(place, last[place], startedAt[place]))
        .forEach(item -> items.put(item.itemId(), item));
    int omitted = last.length - items.size();
    return view(items, omitted == 0 ? null : omitted);
  }

  private static boolean isDone(Entry last) {
    return last != null && last.step() == Step.ITEM_COMPLETED && !last.outcome().isFailure();
  }

  private OperationView view(Map<String, Item> items, Integer omitted) {
    return new OperationView(
        id,
        operation.order().kind(),
        status(),
        operation.order().options(),
        IntStream.range(0, operation.order().jobs().size())
            .limit(OperationView.MOST_TOLD)
            .mapToObj(this::target)
            .toList(),
        operation.order().jobs().size(),
        counters(),
        items,
        omitted,
        errors(),
        operation.message(),
        time(operation.at(Step.CREATED)),
        time(operation.log().getLast().at()),
        time(operation.at(Step.STARTED)),
        time(operation.at(Step.COMPLETED)));
  }

  private String status() {
    if (operation.isOver()) {
      boolean isWhole = counters().failed() == 0 && operation.order().omitted() == 0;
      return operation.log().getLast().outcome() != null
          ? ItemOutcome.FAILED
          : isWhole ? OperationView.COMPLETED : OperationView.WITH_FAILURES;
    }
    return operation.has(Step.DEFERRED) ? OperationView.WAITING : OperationView.RUNNING;
  }

  Counters counters() {
    List<ItemOutcome> ended =
        Stream.of(operation.items())
            .filter(last -> last != null && last.step() == Step.ITEM_COMPLETED)
            .map(Entry::outcome)
            .toList();
    int failed = (int) ended.stream().filter(ItemOutcome::isFailure).count();
    return new Counters(
        operation.order().jobs().size(),
        operation.begun(),
        ended.size(),
        ended.size() - failed,
        failed,
        operation.deferred().size(),
        (int) ended.stream().filter(ItemOutcome::isNothing).count());
  }

  private List<String> errors() {
    List<String> errors = new ArrayList<>();
    int omitted = operation.order().omitted();
    if (omitted > 0) {
      errors.add(
          "%d further jobs were left out, as an operation takes %d: start another one"
              .formatted(omitted, operation.order().jobs().size()));
    }
    if (operation.isOver() && operation.log().getLast().outcome() != null) {
      errors.add(operation.log().getLast().outcome().error());
    }
    Stream.of(operation.items())
        .filter(last -> last != null && last.outcome() != null && last.outcome().error() != null)
        .limit(MOST_ERRORS)
        .map(last -> operation.order().jobs().get(last.item()) + ": " + last.outcome().error())
        .forEach(errors::add);
    return errors;
  }

  private Target target(int place) {
    String job = operation.order().jobs().get(place);
    return new Target(job, job, operation.order().options().nodeName());
  }

  private long[] startedAt(int items) {
    long[] startedAt = new long[items];
    operation.log().stream()
        .filter(entry -> entry.step() == Step.ITEM_STARTED)
        .forEach(entry -> startedAt[entry.item()] = entry.at());
    return startedAt;
  }

  private Item item(int place, Entry last, long startedAt) {
    ItemOutcome outcome = last == null ? null : last.outcome();
    boolean isOver = last != null && last.step() == Step.ITEM_COMPLETED;
    String word = last == null ? "pending" : "running";
    return new Item(
        operation.order().jobs().get(place),
        target(place),
        outcome == null ? word : outcome.status(),
        time(startedAt),
        time(isOver ? last.at() : 0),
        outcome == null ? null : outcome.result(),
        outcome == null ? null : outcome.error());
  }

  /** The events after the first {@code after} ones. */
  List<OperationEvent> events(long after) {
    List<Entry> log = operation.log();
    int from = Math.clamp(after, 0, log.size());
    return IntStream.range(from, log.size()).mapToObj(i -> event(i + 1, log.get(i))).toList();
  }

  private OperationEvent event(int sequence, Entry entry) {
    boolean isOfItem = entry.step().isOfItem();
    ItemOutcome outcome = entry.outcome();
    return new OperationEvent(
        entry.step().type,
        id,
        sequence,
        time(entry.at()),
        isOfItem ? operation.order().jobs().get(entry.item()) : null,
        isOfItem ? target(entry.item()) : null,
        isOfItem && outcome != null ? outcome.status() : null,
        isOfItem ? null : reported(entry.step()),
        outcome == null ? null : outcome.result(),
        outcome == null ? null : outcome.error(),
        entry.step().isCounted() ? countersAt(sequence) : null);
  }

  /** The counts at the time of an event: an event reads the same at any time. */
  private Counters countersAt(int sequence) {
    return new OperationViews(id, operation.upTo(sequence)).counters();
  }

  private String reported(Step step) {
    return switch (step) {
      case DEFERRED -> OperationView.WAITING;
      case COMPLETED -> status();
      default -> OperationView.RUNNING;
    };
  }

  /** Null for never. */
  private static String time(long at) {
    return at == 0 ? null : Json.timestamp(Instant.ofEpochMilli(at));
  }
}
