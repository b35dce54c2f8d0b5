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
 * Runs the programs of executors from this machine. One virtual thread per execution, which waits
 * most of the time; all output is read by one reactor thread. Listeners are called from these
 * threads and must not block for long.
 */
public final class LocalExecutions implements Executions, AutoCloseable {
  /** For the end of all; what the kernel holds may take for ever. */
  private static final Duration LONGEST_END = Duration.ofSeconds(10);

  private final ConcurrentMap<String, ExecutionRun> runs = new ConcurrentHashMap<>();
  private final HostMachinery host;
  private final ExecutionRun.Machinery machinery;
  private final Sweeper sweeper;
  private final SidePrograms sides;
  private final SlotLender lender = new SlotLender(runs::values);
  private volatile LoadGate load = LoadGate.OPEN;
  private boolean closed; // guarded by runs

  /** As the other, where programs do not wait for services. */
  public LocalExecutions(
      Config.Executors config,
      ExecutionHost host,
      RunSinks sinks,
      Storage storage,
      PayloadSource payloads) {
    this(config, host, sinks, storage, payloads, ServiceGate.OPEN);
  }

  /**
   * @param sinks are given what the programs use and print
   * @param storage says whether there is room for workspaces and what programs write
   * @param payloads brings the files of executions here
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

  /** From now on, has jobs that have run no program yet wait at this gate. */
  public void holdNewJobs(LoadGate gate) {
    load = gate;
  }

  /** How many jobs wait until this machine is less busy. */
  public int held() {
    return (int)
        runs.values().stream()
            .filter(run -> run.hold() instanceof Hold hold && hold.cause() == Hold.Cause.LOAD)
            .map(run -> run.execution().jobId())
            .distinct()
            .count();
  }

  /** From now on, has programs that wait for people give their slots to others meanwhile. */
  public void releaseWhileWaiting(PersonWaits waits) {
    lender.start(waits);
  }

  /**
   * Writes the samples and log lines of the run that have not been written yet. Once the end of an
   * execution has been told, its last ones are among that.
   */
  public void flush(String runId) {
    host.sampler().flush(runId);
    host.logs().flush(runId);
  }

  /** What the node has for programs may be something else now. */
  public void reconsider() {
    machinery.pools().reconsider();
  }

  /** What programs have now, besides slots. */
  public List<Allocation> given() {
    return machinery.pools().given();
  }

  /** Whose programs have what. */
  public List<Holder> holders() {
    return runs.values().stream().flatMap(run -> run.slots().holder().stream()).toList();
  }

  /** Programs that are no executions. */
  public SidePrograms sides() {
    return sides;
  }

  /** The folders that programs of a job share. */
  public SubmissionFolders submissions() {
    return host.submissions();
  }

  /** What keeps programs from what is not theirs. */
  public Confiner confiner() {
    return host.confiner();
  }

  /** How programs are kept to a limit here. */
  public Enforcement enforcement(ProgramLimit limit) {
    return host.programs().bounds().enforcement(limit);
  }

  /** What programs can run now. */
  public ProgramCapacity capacity() {
    return new ProgramCapacity(machinery.runners().names(), machinery.pools().usage());
  }

  /** Stops every execution, waits until their processes are gone, ends what escaped. */
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
          break; // Whoever interrupts the shutdown wants it now: what runs is killed below.
        }
      }
    }
    sweeper.close();
    lender.close();
    host.close();
  }

  /**
   * Programs of this machine that are no executions.
   *
   * @param checks tell whether services or inputs are well
   * @param hooks accompany launches
   */
  public record SidePrograms(CheckPrograms checks, HookRunner hooks) {

    /**
     * @param look called when processes may be left of one that has ended
     */
    static SidePrograms of(HostMachinery host, Runnable look) {
      return new SidePrograms(
          new CheckPrograms(host.scripts(), host.workspaces(), look),
          new HookRunner(host.scripts(), host.workspaces(), look));
    }

    /** Whether a process that is marked so belongs to one that runs now. */
    boolean isRunning(String executionId) {
      return checks.isRunning(executionId) || hooks.isRunning(executionId);
    }
  }

  /**
   * When a server has started, programs that had slots as it ended are given them first: the others
   * wait until all of those have asked, but not for ever.
   */
  private static final class Resumption {
    private static final long LONGEST_S = 30;

    /** For programs that had slots and wait for something else first, such as services. */
    private static final long LATE_S = 5;

    private Resumption() {}

    /**
     * @param ordered completes when all programs that were there before have been started again
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
