package io.mirrorneuron.runtime.local;

import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.Lifetime;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.model.RunStatus;
import io.mirrorneuron.port.JobsPort;
import io.mirrorneuron.port.OperationsPort;
import io.mirrorneuron.port.OperationsPort.ItemOutcome;
import io.mirrorneuron.port.OperationsPort.OperationKind;
import io.mirrorneuron.port.OperationsPort.OperationOptions;
import io.mirrorneuron.port.OperationsPort.OperationView;
import io.mirrorneuron.port.OperationsPort.OperationView.Item;
import io.mirrorneuron.port.node.NodeMaintenance;
import io.mirrorneuron.runtime.local.Operation.Entry;
import io.mirrorneuron.runtime.local.Operation.OperationEffect;
import io.mirrorneuron.runtime.local.Operation.OperationInput;
import io.mirrorneuron.runtime.local.Operation.Order;
import io.mirrorneuron.runtime.local.Operation.Step;
import io.mirrorneuron.runtime.machine.EffectRunner;
import io.mirrorneuron.runtime.machine.LeaderTerm;
import io.mirrorneuron.runtime.machine.MachineLoop;
import io.mirrorneuron.runtime.port.Leader.Timers;
import io.mirrorneuron.store.JobStore.EndedJobs;
import io.mirrorneuron.store.JobStore.ServedJobStore;
import io.mirrorneuron.store.LeaderLease;
import io.mirrorneuron.store.RecordStore;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Operations on this server: event loop, leader and port. */
public final class OperationKeeper implements AutoCloseable {
  private final LeaderTerm lead;
  private final MachineLoop<Operation, OperationInput, OperationEffect> loop;
  private final LocalOperations port;

  /**
   * @param lease decides which server continues the operations of a stopped one
   * @param owner of this server
   * @param lifetime intervals for checking the lease and searching for such operations
   * @param suffixes gives texts that sort by time, never the same twice
   */
  public record Home(
      RecordStore records,
      LeaderLease lease,
      String owner,
      Lifetime lifetime,
      Supplier<String> suffixes) {}

  /**
   * The services that operations use.
   *
   * @param jobs of all nodes
   * @param clearing when ended jobs may be removed
   */
  public record Means(
      JobsPort jobs, ServedJobStore store, Clearing clearing, NodeMaintenance nodes) {}

  /**
   * @param threads that may block
   */
  public OperationKeeper(Home home, Means means, Timers timers, Executor threads) {
    OperationMachine machine = new OperationMachine();
    JobsOfOneNode nodes = new JobsOfOneNode(means.nodes(), means.store());
    PerJobOperations jobs =
        new PerJobOperations(means.jobs(), means.store(), means.clearing(), threads, timers);
    lead =
        new LeaderTerm(OperationMachine.KIND, home.owner(), home.lease(), home.lifetime(), timers);
    loop =
        new MachineLoop<>(
            machine,
            home.records(),
            new OperationEffects(jobs, nodes, threads),
            lead,
            home.lifetime(),
            timers);
    port =
        new LocalOperations(
            loop, machine, home.records(), means.store(), nodes, home.suffixes(), timers);
  }

  /** Continues stored operations once this server leads. */
  public void start() {
    lead.start();
    loop.start();
  }

  public OperationsPort port() {
    return port;
  }

  /** Pending effects are run after the next start, or by another server. */
  @Override
  public void close() {
    loop.close();
    lead.close();
  }

  /**
   * Runs the effects of operations.
   *
   * @param threads that may block
   */
  private record OperationEffects(PerJobOperations jobs, JobsOfOneNode nodes, Executor threads)
      implements EffectRunner<OperationInput, OperationEffect> {

    @Override
    public CompletionStage<OperationInput> perform(String id, OperationEffect effect) {
      return CompletableFuture.supplyAsync(() -> done(id, effect), threads);
    }

    /** The loop retries temporary failures. */
    private OperationInput done(String id, OperationEffect effect) {
      try {
        return did(id, effect);
      } catch (MnException e) {
        if (e.code().retryable() || e.code() == ErrorCode.INTERNAL) {
          throw e;
        }
        return OperationInput.Done.failed(effect, e.getMessage());
      }
    }

    private OperationInput did(String id, OperationEffect effect) {
      return switch (effect.order().kind()) {
        case CANCEL_ALL_JOBS -> jobs.cancel(id, effect);
        case CLEAR_JOBS -> jobs.clear(effect);
        case DRAIN_NODE -> nodes.drain(effect);
        case RECONCILE_NODE -> nodes.reconcile(effect);
      };
    }
  }

  /**
   * Operations on single jobs. Idempotent: a job dealt with before has the same outcome.
   *
   * @param all jobs of all nodes
   * @param clearing when ended jobs may be removed
   * @param threads that may block
   */
  private record PerJobOperations(
      JobsPort all, EndedJobs ended, Clearing clearing, Executor threads, Timers timers) {
    /** Longest wait for the records of runs to be written; after that their jobs stay. */
    private static final long PATIENCE_MS = 60_000;

    /** Jobs in parallel. */
    private static final int AT_ONCE = 8;

    private static final ItemOutcome CLEARED = ItemOutcome.of(ItemOutcome.CLEARED);

    OperationInput cancel(String operation, OperationEffect effect) {
      String by = effect.order().by();
      return done(effect, each(effect.jobs(), job -> cancelled(job, by, "operation " + operation)));
    }

    private ItemOutcome cancelled(String job, String by, String reason) {
      try {
        String status = all.cancel(job, by, reason);
        if (status.equals(RunStatus.CANCELLED.word())) {
          return ItemOutcome.of(ItemOutcome.CANCELLED);
        }
        return RunStatus.of(status).isFinal()
            ? ItemOutcome.because(ItemOutcome.SKIPPED, status, "it had ended by itself")
            : ItemOutcome.because(
                ItemOutcome.CANCELLATION_PENDING, status, "its programs have not ended yet");
      } catch (MnException e) {
        if (e.code() == ErrorCode.NOT_FOUND) {
          return ItemOutcome.because(ItemOutcome.SKIPPED, null, "it is gone");
        }
        boolean mayPass = e.code().retryable();
        return ItemOutcome.failed(
            mayPass ? ItemOutcome.CANCELLATION_PENDING : ItemOutcome.FAILED, e.getMessage());
      }
    }

    /** A job removed by an earlier try of the same round counts as removed. */
    OperationInput clear(OperationEffect effect) {
      if (!clearing.isPossible().getAsBoolean()) {
        String why = "runs of ended jobs are still being written";
        return done(
            effect,
            effect.jobs().stream()
                .collect(
                    Collectors.toMap(
                        job -> job, job -> ItemOutcome.failed(ItemOutcome.DEFERRED, why))));
      }
      boolean mayCome = timers.now() - effect.order().at() < PATIENCE_MS;
      Set<String> staying = Set.copyOf(Answers.await(ended.remove(effect.jobs())));
      clearing.after().run();
      return done(
          effect,
          effect.jobs().stream()
              .collect(
                  Collectors.toMap(
                      job -> job, job -> staying.contains(job) ? staying(mayCome) : CLEARED)));
    }

    private static ItemOutcome staying(boolean mayCome) {
      return ItemOutcome.because(
          mayCome ? ItemOutcome.DEFERRED : ItemOutcome.SKIPPED,
          null,
          "it is open, or its run is still to be written by its node, and then it can be cleared");
    }

    private static OperationInput done(OperationEffect effect, Map<String, ItemOutcome> outcomes) {
      return OperationInput.Done.of(effect, outcomes, null);
    }

    private Map<String, ItemOutcome> each(List<String> jobs, Function<String, ItemOutcome> effect) {
      Map<String, ItemOutcome> outcomes = new ConcurrentHashMap<>();
      Queue<String> left = new ConcurrentLinkedQueue<>(jobs);
      Runnable hand =
          () -> {
            for (String job = left.poll(); job != null; job = left.poll()) {
              outcomes.put(job, effect.apply(job));
            }
          };
      CompletableFuture.allOf(
              IntStream.range(0, Math.min(AT_ONCE, jobs.size()))
                  .mapToObj(i -> CompletableFuture.runAsync(hand, threads))
                  .toArray(CompletableFuture[]::new))
          .join();
      return outcomes;
    }
  }

  /** The port to the operations of all servers on the store. */
  private record LocalOperations(
      MachineLoop<Operation, OperationInput, OperationEffect> loop,
      OperationMachine machine,
      RecordStore records,
      ServedJobStore jobs,
      JobsOfOneNode nodes,
      Supplier<String> suffixes,
      Timers timers)
      implements OperationsPort {
    /** Limit, because an operation is written whole with each batch. */
    static final int MOST_JOBS = 10_000;

    @Override
    public OperationView start(OperationKind kind, OperationOptions options, String by) {
      Order order = order(kind, options, by);
      String id = id();
      Operation begun =
          Answers.await(loop.submit(id, new OperationInput.Start(order))).orElseThrow();
      return new OperationViews(id, begun).outline();
    }

    private String id() {
      return "op-" + suffixes.get();
    }

    /** The affected jobs are determined once, and stored. */
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
     * The operation when it has ended or waits. If that takes longer than callers wait, or a
     * service is away, its present state; it continues later.
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
      OperationView reported = new OperationViews(id, operation).whole();
      int cancelled = count(operation, ItemOutcome.CANCELLED);
      OperationView.Counters counters = reported.counters();
      return new Cancelled(
          id,
          cancelled,
          counters.total() - counters.finished() + operation.order().omitted(),
          counters.failed(),
          reported.items().values().stream().map(LocalOperations::result).toList());
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
}
