package io.mirrorneuron.runtime.exec;

import io.mirrorneuron.config.Config;
import io.mirrorneuron.runtime.exec.meter.ProcessMeter;
import io.mirrorneuron.runtime.exec.meter.SampleSink;
import io.mirrorneuron.runtime.exec.meter.Sampler;
import io.mirrorneuron.runtime.exec.pool.Pools;
import io.mirrorneuron.runtime.exec.pool.ProgramCapacity;
import io.mirrorneuron.runtime.exec.process.GracePeriods;
import io.mirrorneuron.runtime.exec.process.Interpreters;
import io.mirrorneuron.runtime.exec.process.PreparationScripts;
import io.mirrorneuron.runtime.exec.process.ProcessEnvironment;
import io.mirrorneuron.runtime.exec.python.PythonEnvironments;
import io.mirrorneuron.runtime.exec.spawn.Adoption;
import io.mirrorneuron.runtime.exec.spawn.ProcessTable;
import io.mirrorneuron.runtime.exec.spawn.Spawner;
import io.mirrorneuron.runtime.exec.workspace.Workspaces;
import io.mirrorneuron.runtime.port.Execution;
import io.mirrorneuron.runtime.port.Executions;
import io.mirrorneuron.storage.Storage;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/**
 * Runs the programs of executors from this machine. One virtual thread per execution, which waits
 * most of the time; all output is read by one reactor thread. Listeners are called from these
 * threads and must not block for long.
 */
public final class LocalExecutions implements Executions, AutoCloseable {
  private final ConcurrentMap<String, ExecutionRun> runs = new ConcurrentHashMap<>();
  private final ExecutionRun.Machinery machinery;
  private final Sampler sampler;
  private final Spawner spawner;
  private final Orphans orphans;
  private final Sweeper sweeper;

  // Guarded by runs.
  private boolean closed;

  /**
   * The machine that programs run on.
   *
   * @param runtimeId marks all processes of this data directory; see {@link Orphans}
   * @param serverEnvironment of this process; only a few names of it reach programs
   * @param grace how long programs have to end by themselves
   * @param pace how often they are looked at
   */
  public record Host(
      String runtimeId,
      Map<String, String> serverEnvironment,
      GracePeriods grace,
      Spawner spawner,
      Sampler.Pace pace,
      Clock clock) {

    static Host of(String runtimeId, Map<String, String> serverEnvironment, Clock clock) {
      return new Host(
          runtimeId,
          serverEnvironment,
          GracePeriods.DEFAULT,
          Spawner.best(runtimeId),
          Sampler.Pace.DEFAULT,
          clock);
    }
  }

  /**
   * @param runtimeId marks all processes of this data directory; see {@link Orphans}
   * @param serverEnvironment of this process; only a few names of it reach programs
   * @param samples is given what the programs use
   * @param storage says whether there is room for workspaces and what programs write
   */
  public LocalExecutions(
      Config.Executors config,
      String runtimeId,
      Clock clock,
      Map<String, String> serverEnvironment,
      SampleSink samples,
      Storage storage) {
    this(config, Host.of(runtimeId, serverEnvironment, clock), samples, storage);
  }

  /**
   * @param samples is given what the programs use
   * @param storage says whether there is room for workspaces and what programs write
   */
  public LocalExecutions(Config.Executors config, Host host, SampleSink samples, Storage storage) {
    var processes = new ProcessTable();
    this.spawner = host.spawner();
    this.sampler =
        new Sampler(samples, new ProcessMeter(processes), processes, host.pace(), host.clock());
    var programs =
        new ProgramRun.Machinery(
            config,
            new ProcessEnvironment(host.serverEnvironment(), config.runsRoot(), host.runtimeId()),
            new Interpreters(config.python().standIn()),
            spawner,
            processes,
            samples,
            sampler,
            host.grace(),
            host.clock());
    Runner runner = new HostLocalRunner(programs);
    this.machinery =
        new ExecutionRun.Machinery(
            config,
            new Pools(config.pools(), config.maxQueueLength()),
            new Workspaces(config.tempDir(), host.runtimeId(), host.clock()),
            pythons(programs),
            new Runners(List.of(runner), runner, config.defaultRunner()),
            storage,
            host.clock());
    this.orphans = new Orphans(processes, host.runtimeId());
    this.sweeper =
        new Sweeper(
            () -> orphans.killExcept(runs::containsKey, Adoption::isRunning),
            () -> !runs.isEmpty());
  }

  private static PythonEnvironments pythons(ProgramRun.Machinery programs) {
    var scripts =
        new PreparationScripts(
            programs.spawner(), programs.processes(), programs.grace(), programs.environment());
    return new PythonEnvironments(programs.config().python(), programs.interpreters(), scripts);
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
      run.stop();
    }
  }

  @Override
  public Optional<QueuePlace> place(String executionId) {
    return Optional.ofNullable(runs.get(executionId)).map(ExecutionRun::place);
  }

  @Override
  public Optional<String> hold(String executionId) {
    return Optional.ofNullable(runs.get(executionId)).map(ExecutionRun::hold);
  }

  /**
   * Writes the samples of the run that have not been written yet. Once the end of an execution has
   * been told, its last sample is among that.
   */
  public void flushSamples(String runId) {
    sampler.flush(runId);
  }

  /** What programs can run now. */
  public ProgramCapacity capacity() {
    return new ProgramCapacity(machinery.runners().names(), machinery.pools().usage());
  }

  /** Stops every execution, waits until their processes are gone, ends what escaped. */
  @Override
  public void close() {
    synchronized (runs) {
      closed = true;
      runs.values().forEach(ExecutionRun::stop);
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
    sampler.close();
    orphans.killExcept(_ -> false, _ -> false);
    spawner.close();
  }
}
