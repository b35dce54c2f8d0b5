package io.mirrorneuron.runtime.local;

import io.mirrorneuron.port.OperationsPort.ItemOutcome;
import io.mirrorneuron.runtime.local.Operation.Entry;
import io.mirrorneuron.runtime.local.Operation.OperationEffect;
import io.mirrorneuron.runtime.local.Operation.OperationInput;
import io.mirrorneuron.runtime.local.Operation.Step;
import io.mirrorneuron.runtime.machine.StateMachine;
import io.mirrorneuron.wire.Json;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.IntStream;

/**
 * State machine of operations: begins jobs batch by batch, looks at waiting jobs again until none
 * is left, and keeps an ended operation for a week. Pure.
 */
final class OperationMachine implements StateMachine<Operation, OperationInput, OperationEffect> {
  /** Kind under which operations are stored. */
  static final String KIND = "operations";

  static final long KEPT_MS = Duration.ofDays(7).toMillis();

  private static final long FIRST_LOOK_MS = 1_000;
  private static final long LAST_LOOK_MS = 30_000;

  /** Waiting jobs are looked at again after this part of the time waited so far. */
  private static final int PART = 8;

  /** At most this many batches, as the whole state is written with each. */
  private static final int BATCHES = 32;

  private static final int SMALLEST_BATCH = 8;

  @Override
  public String kind() {
    return KIND;
  }

  @Override
  public Optional<Operation> decide(Optional<Operation> state, OperationInput input, long now) {
    return switch (input) {
      case OperationInput.Start(var order) ->
          state.isPresent() ? state : Optional.of(begun(order, now));
      case OperationInput.Done done -> state.map(known -> learn(known, done, now));
      case OperationInput.Wake() ->
          state
              .filter(known -> !isForgotten(known, now))
              .map(known -> known.isOver() ? known : look(known, now));
    };
  }

  private static boolean isForgotten(Operation known, long now) {
    return known.isOver() && now >= forgottenAt(known);
  }

  private static long forgottenAt(Operation known) {
    return known.at(Step.COMPLETED) + KEPT_MS;
  }

  private static Operation begun(Operation.Order order, long now) {
    Operation created =
        Operation.of(order).and(List.of(entry(Step.CREATED, order.at()), entry(Step.STARTED, now)));
    boolean isToBeDone = order.kind().isOfNode(); // also when no job is on the node
    return order.jobs().isEmpty() && isToBeDone
        ? created.owing(List.of(), 0)
        : advanced(created, true, now);
  }

  private static Operation look(Operation known, long now) {
    return known.isOwed() || known.lookAt() > now
        ? known
        : known.owing(known.deferred(), known.begun());
  }

  /** Ignores outcomes of earlier rounds, and of a round that ran twice. */
  private static Operation learn(Operation known, OperationInput.Done done, long now) {
    if (!known.isOwed() || done.round() != known.round()) {
      return known;
    }
    List<Entry> news = new ArrayList<>();
    Entry[] items = known.items();
    for (int place : known.hand()) {
      ItemOutcome outcome =
          done.outcomes()
              .getOrDefault(known.order().jobs().get(place), ItemOutcome.of(ItemOutcome.DEFERRED));
      if (!outcome.isOpen()) {
        news.add(new Entry(Step.ITEM_COMPLETED, place, now, outcome));
      } else if (isNews(items[place], outcome)) {
        news.add(new Entry(Step.ITEM_DEFERRED, place, now, outcome));
      }
    }
    Operation reported = known.and(news).saying(done.message());
    return done.failure() == null
        ? advanced(reported, done.isOver(), now)
        : ended(reported, ItemOutcome.failed(ItemOutcome.FAILED, done.failure()), now);
  }

  /** For a waiting job only a new status is news: reasons may change with every look. */
  private static boolean isNews(Entry before, ItemOutcome outcome) {
    return before.outcome() == null || !before.outcome().status().equals(outcome.status());
  }

  /**
   * Decides the next step.
   *
   * @param isOver whether only waiting items are left
   */
  private static Operation advanced(Operation known, boolean isOver, long now) {
    int all = known.order().jobs().size();
    if (known.begun() < all) {
      int to = Math.min(all, known.begun() + batch(known.order()));
      List<Integer> places = IntStream.range(known.begun(), to).boxed().toList();
      List<Entry> started =
          places.stream().map(place -> new Entry(Step.ITEM_STARTED, place, now, null)).toList();
      return known.and(started).owing(places, to);
    }
    if (isOver && known.deferred().isEmpty()) {
      return ended(known, null, now);
    }
    long after = Math.clamp((now - known.order().at()) / PART, FIRST_LOOK_MS, LAST_LOOK_MS);
    List<Entry> reported =
        known.has(Step.DEFERRED) ? List.of() : List.of(entry(Step.DEFERRED, now));
    return known.and(reported).waiting(now + after);
  }

  /**
   * @param failure null for success
   */
  private static Operation ended(Operation known, ItemOutcome failure, long now) {
    return known.and(List.of(new Entry(Step.COMPLETED, 0, now, failure))).waiting(0);
  }

  /** A node is asked once for all its jobs. */
  private static int batch(Operation.Order order) {
    int all = order.jobs().size();
    return order.kind().isOfNode() ? all : Math.max(SMALLEST_BATCH, Math.ceilDiv(all, BATCHES));
  }

  private static Entry entry(Step step, long at) {
    return new Entry(step, 0, at, null);
  }

  @Override
  public List<OperationEffect> pending(Operation state) {
    return state.isOwed()
        ? List.of(
            new OperationEffect(
                state.round(),
                state.hand().stream().map(state.order().jobs()::get).toList(),
                state.order()))
        : List.of();
  }

  @Override
  public OptionalLong wakeAt(Operation state) {
    if (state.isOwed()) {
      return OptionalLong.empty();
    }
    return OptionalLong.of(state.isOver() ? forgottenAt(state) : state.lookAt());
  }

  @Override
  public OperationInput wake() {
    return new OperationInput.Wake();
  }

  @Override
  public String write(Operation state) {
    return Json.write(state);
  }

  @Override
  public Operation read(String json) {
    return Json.read(Objects.requireNonNull(json), Operation.class, "an operation");
  }
}
