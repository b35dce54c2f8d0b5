package io.mirrorneuron.runtime.local;

import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.model.RunStatus;
import io.mirrorneuron.port.operation.ItemOutcome;
import io.mirrorneuron.port.operation.OperationKind;
import io.mirrorneuron.port.operation.OperationOptions;
import io.mirrorneuron.port.operation.OperationView;
import io.mirrorneuron.port.operation.OperationView.Item;
import io.mirrorneuron.port.operation.OperationsPort;
import io.mirrorneuron.runtime.local.Operation.Entry;
import io.mirrorneuron.runtime.local.Operation.Order;
import io.mirrorneuron.runtime.local.Operation.Step;
import io.mirrorneuron.runtime.machine.MachineLoop;
import io.mirrorneuron.runtime.port.Timers;
import io.mirrorneuron.store.RecordStore;
import io.mirrorneuron.store.ServedJobStore;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/** The operations of all servers on the store, as this one tells and starts them. */
record LocalOperations(
    MachineLoop<Operation, OperationInput, OperationDeed> loop,
    OperationMachine machine,
    RecordStore records,
    ServedJobStore jobs,
    JobsOfOneNode nodes,
    Supplier<String> suffixes,
    Timers timers)
    implements OperationsPort {
  /** An operation is written whole with each batch. */
  static final int MOST_JOBS = 10_000;

  @Override
  public OperationView start(OperationKind kind, OperationOptions options, String by) {
    Order order = order(kind, options, by);
    String id = id();
    Operation begun = Answers.await(loop.submit(id, new OperationInput.Start(order))).orElseThrow();
    return new OperationViews(id, begun).outline();
  }

  private String id() {
    return "op-" + suffixes.get();
  }

  /** Which jobs it is about is decided once, and stored with it. */
  private Order order(OperationKind kind, OperationOptions options, String by) {
    List<String> all =
        switch (kind) {
          case CANCEL_ALL_JOBS -> Answers.await(jobs.activeJobs());
          case CLEAR_JOBS -> Answers.await(jobs.endedJobs(MOST_JOBS));
          case DRAIN_NODE -> nodes.drained(options);
          case RECONCILE_NODE -> nodes.reconciled(options);
        };
    int omitted = (kind == OperationKind.CLEAR_JOBS ? ended() : all.size()) - MOST_JOBS;
    List<String> some = all.subList(0, Math.min(all.size(), MOST_JOBS));
    return new Order(kind, options, by, some, Math.max(0, omitted), timers.now());
  }

  private int ended() {
    Map<String, Long> counts = Answers.await(jobs.counts());
    return (int)
        RunStatus.FINAL_WORDS.stream().mapToLong(word -> counts.getOrDefault(word, 0L)).sum();
  }

  private Operation stored(String id) {
    return Answers.await(records.read(OperationMachine.KIND, id))
        .map(found -> machine.read(found.json()))
        .orElseThrow(() -> MnException.notFound("operation", id));
  }

  @Override
  public OperationView get(String id) {
    return new OperationViews(id, stored(id)).whole();
  }

  @Override
  public Events events(String id, long after) {
    Operation operation = stored(id);
    return new Events(new OperationViews(id, operation).events(after), operation.isOver());
  }

  /**
   * An operation that has ended, or waits; as far as it is, when that takes longer than callers
   * wait, or something is away: then it goes on later.
   */
  private Operation settled(String id, Order order) {
    try {
      return Answers.await(loop.settle(id, new OperationInput.Start(order))).orElseThrow();
    } catch (MnException e) {
      if (e.code() != ErrorCode.TIMEOUT && e.code() != ErrorCode.UNAVAILABLE) {
        throw e;
      }
      return Answers.await(records.read(OperationMachine.KIND, id))
          .map(found -> machine.read(found.json()))
          .orElseThrow(() -> e);
    }
  }

  @Override
  public Cancelled cancelAll(String by) {
    String id = id();
    Operation operation =
        settled(id, order(OperationKind.CANCEL_ALL_JOBS, OperationOptions.NONE, by));
    OperationView told = new OperationViews(id, operation).whole();
    int cancelled = count(operation, ItemOutcome.CANCELLED);
    OperationView.Counters counters = told.counters();
    return new Cancelled(
        id,
        cancelled,
        counters.total() - counters.finished() + operation.order().omitted(),
        counters.failed(),
        told.items().values().stream().map(LocalOperations::result).toList());
  }

  private static CancelledJob result(Item item) {
    return new CancelledJob(item.itemId(), item.status(), item.error());
  }

  @Override
  public int clear(String by) {
    String id = id();
    Operation operation = settled(id, order(OperationKind.CLEAR_JOBS, OperationOptions.NONE, by));
    if (operation.isOwed()) {
      throw new MnException(
          ErrorCode.TIMEOUT,
          "timeout",
          "not all ended jobs are removed yet; operation %s goes on with it".formatted(id));
    }
    return count(operation, ItemOutcome.CLEARED);
  }

  private static int count(Operation operation, String status) {
    Entry[] items = operation.items();
    return (int)
        IntStream.range(0, items.length)
            .filter(i -> items[i] != null && items[i].step() == Step.ITEM_COMPLETED)
            .filter(i -> items[i].outcome().status().equals(status))
            .count();
  }
}
