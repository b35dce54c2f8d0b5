package io.mirrorneuron.runtime.exec;

import io.mirrorneuron.config.Config;
import io.mirrorneuron.runtime.exec.RunSinks.PersonWaits;
import io.mirrorneuron.runtime.exec.confine.Confiner;
import io.mirrorneuron.runtime.exec.pool.Pools;
import io.mirrorneuron.runtime.exec.pool.Pools.Holder;
import io.mirrorneuron.runtime.exec.pool.Pools.ProgramCapacity;
import io.mirrorneuron.runtime.exec.process.CheckPrograms;
import io.mirrorneuron.runtime.exec.spawn.Adoption;
import io.mirrorneuron.runtime.exec.workspace.SubmissionFolders;
import io.mirrorneuron.runtime.port.Execution;
import io.mirrorneuron.runtime.port.Executions;
import io.mirrorneuron.runtime.port.LoadGate;
import io.mirrorneuron.runtime.port.PayloadSource;
import io.mirrorneuron.runtime.port.ServiceGate;
import io.mirrorneuron.runtime.workflow.AgentSettings.ProgramLimit;
import io.mirrorneuron.runtime.workflow.AgentSettings.ProgramLimit.Enforcement;
import io.mirrorneuron.runtime.workflow.ResourceRequest.Allocation;
import io.mirrorneuron.storage.Storage;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Runs the programs of executors on this machine: one virtual thread per execution and one reactor
 * thread for all output. Listeners are called from these threads and must not block for long.
 */
public final class LocalExecutions implements Executions, AutoCloseable {
  /** Limit of the shutdown: processes stuck in the kernel may never end. */
  private static final Duration LONGEST_END = Duration.ofSeconds(10);

  private final ConcurrentMap<String, ExecutionRun> runs = new ConcurrentHashMap<>();
  private final HostMachinery host;
  private final ExecutionRun.Machinery machinery;
  private final Sweeper sweeper;
  private final SidePrograms sides;
  private final SlotLender lender = new SlotLender(runs::values);
  private volatile LoadGate load = LoadGate.OPEN;
  private boolean closed; // guarded by runs

  /** Without a service gate: programs do not wait for services. */
  public LocalExecutions(
      Config.Executors config,
      ExecutionHost host,
      RunSinks sinks,
      Storage storage,
      PayloadSource payloads) {
    this(config, host, sinks, storage, payloads, ServiceGate.OPEN);
  }

  /**
   * @param storage reports whether the disks have room for workspaces and output
   * @param payloads fetches the payload files of executions to this node
   */
  public LocalExecutions(
      Config.Executors config,
      ExecutionHost host,
      RunSinks sinks,
      Storage storage,
      PayloadSource payloads,
      ServiceGate services) {
    this.host = HostMachinery.start(config, host, sinks);
    this.machinery = this.host.executions(config, storage, payloads, services, () -> load.busy());
    this.sweeper = new Sweeper(this::sweep, () -> !runs.isEmpty());
    this.sides = SidePrograms.of(this.host, sweeper::wake);
  }

  private void sweep() {
    host.orphans().killExcept(this::isRunning, Adoption::isRunning);
    if (runs.isEmpty()) {
      host.workspaces().tidy();
    }
  }

  private boolean isRunning(String executionId) {
    return runs.containsKey(executionId) || sides.isRunning(executionId);
  }

  @Override
  public void start(Execution execution, Listener listener) {
    var run = new ExecutionRun(machinery, execution, listener);
    synchronized (runs) {
      if (!closed) {
        if (runs.putIfAbsent(execution.executionId(), run) != null) {
          throw new IllegalArgumentException(
              "execution " + execution.executionId() + " was started before");
        }
        sweeper.watch();
        Thread.ofVirtual()
            .name("mn-execution-" + execution.executionId())
            .start(() -> runToEnd(execution.executionId(), run, listener));
        return;
      }
    }
    listener.signal(
        new Signal.Finished(
            new Outcome(
                Ending.NOT_STARTED,
                "the runtime is shutting down",
                -1,
                Sandbox.NONE,
                "",
                "",
                Structured.NONE,
                null)));
  }

  private void runToEnd(String id, ExecutionRun run, Listener listener) {
    try {
      listener.signal(new Signal.Finished(run.run()));
    } finally {
      run.removeLeft();
      sweeper.wake();
      synchronized (runs) {
        runs.remove(id);
        runs.notifyAll();
      }
    }
  }

  @Override
  public void stop(String executionId) {
    ExecutionRun run = runs.get(executionId);
    if (run != null) {
      run.stop(false);
    }
  }

  @Override
  public CompletionStage<Void> stopAll() {
    runs.values().forEach(run -> run.stop(true));
    return CompletableFuture.runAsync(this::awaitAll, Thread::startVirtualThread);
  }

  private void awaitAll() {
    synchronized (runs) {
      long left;
      long end = System.nanoTime() + LONGEST_END.toNanos();
      while (!runs.isEmpty() && (left = end - System.nanoTime()) > 0) {
        try {
          TimeUnit.NANOSECONDS.timedWait(runs, left);
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          return;
        }
      }
    }
  }

  @Override
  public void resumeFirst(CompletionStage<?> ordered) {
    Resumption.begin(machinery.pools(), runs::values, ordered);
  }

  @Override
  public Optional<QueuePlace> place(String executionId) {
    return Optional.ofNullable(runs.get(executionId)).map(run -> run.slots().place());
  }

  @Override
  public Optional<Hold> hold(String executionId) {
    return Optional.ofNullable(runs.get(executionId)).map(ExecutionRun::hold);
  }

  @Override
  public Optional<PersonWait> person(String executionId) {
    return Optional.ofNullable(runs.get(executionId)).map(run -> run.slots().person());
  }

  /** From now on, jobs that have run no program yet wait at this gate. */
  public void holdNewJobs(LoadGate gate) {
    load = gate;
  }

  /** Number of jobs that wait because this machine is busy. */
  public int held() {
    return (int)
        runs.values().stream()
            .filter(run -> run.hold() instanceof Hold hold && hold.cause() == Hold.Cause.LOAD)
            .map(run -> run.execution().jobId())
            .distinct()
            .count();
  }

  /** From now on, programs that wait for a person lend their slots meanwhile. */
  public void releaseWhileWaiting(PersonWaits waits) {
    lender.start(waits);
  }

  /**
   * Writes the pending samples and log lines of the run. Once the outcome of an execution was
   * reported, this includes all of its samples and lines.
   */
  public void flush(String runId) {
    host.sampler().flush(runId);
    host.logs().flush(runId);
  }

  /** Serves waiting requests again: the capacity of the node may have changed. */
  public void reconsider() {
    machinery.pools().reconsider();
  }

  /** Allocations besides slots that programs hold now. */
  public List<Allocation> given() {
    return machinery.pools().given();
  }

  public List<Holder> holders() {
    return runs.values().stream().flatMap(run -> run.slots().holder().stream()).toList();
  }

  public SidePrograms sides() {
    return sides;
  }

  public SubmissionFolders submissions() {
    return host.submissions();
  }

  public Confiner confiner() {
    return host.confiner();
  }

  public Enforcement enforcement(ProgramLimit limit) {
    return host.programs().bounds().enforcement(limit);
  }

  public ProgramCapacity capacity() {
    return new ProgramCapacity(machinery.runners().names(), machinery.pools().usage());
  }

  /** Stops all executions, waits until their processes are gone, and kills escaped processes. */
  @Override
  public void close() {
    sides.hooks().close();
    synchronized (runs) {
      closed = true;
      runs.values().forEach(run -> run.stop(false));
      while (!runs.isEmpty()) {
        try {
          runs.wait();
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          break; // An interrupt asks for an immediate shutdown: running programs are killed below.
        }
      }
    }
    sweeper.close();
    lender.close();
    host.close();
  }

  /**
   * Programs of this machine that are not executions.
   *
   * @param checks health checks of services and checks of inputs
   * @param hooks accompany launches
   */
  public record SidePrograms(CheckPrograms checks, HookRunner hooks) {

    /**
     * @param look called when an ended program may have left processes
     */
    static SidePrograms of(HostMachinery host, Runnable look) {
      return new SidePrograms(
          new CheckPrograms(host.scripts(), host.workspaces(), look),
          new HookRunner(host.scripts(), host.workspaces(), look));
    }

    boolean isRunning(String executionId) {
      return checks.isRunning(executionId) || hooks.isRunning(executionId);
    }
  }

  /**
   * After a server start, programs that held slots when the server ended get slots first. Other
   * requests wait until all of these have asked, or {@link #LONGEST_S} have passed.
   */
  private static final class Resumption {
    private static final long LONGEST_S = 30;

    /** For programs that held slots but wait for something else first, such as services. */
    private static final long LATE_S = 5;

    private Resumption() {}

    /**
     * @param ordered completes when all programs of the previous server have been started again
     */
    static void begin(
        Pools pools, Supplier<Collection<ExecutionRun>> runs, CompletionStage<?> ordered) {
      pools.holdBack();
      CompletableFuture.allOf(ordered.toCompletableFuture())
          .completeOnTimeout(null, LONGEST_S, TimeUnit.SECONDS)
          .handle((done, failure) -> asked(runs.get()))
          .thenCompose(
              all -> CompletableFuture.allOf(all).completeOnTimeout(null, LATE_S, TimeUnit.SECONDS))
          .whenComplete((done, failure) -> pools.letIn());
    }

    private static CompletableFuture<?>[] asked(Collection<ExecutionRun> runs) {
      return runs.stream()
          .filter(run -> run.execution().rank().had())
          .map(run -> run.slots().asked())
          .toArray(CompletableFuture<?>[]::new);
    }
  }
}
