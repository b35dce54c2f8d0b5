package io.mirrorneuron.runtime.exec;

import io.mirrorneuron.config.Config;
import io.mirrorneuron.runtime.exec.Runner.Runners;
import io.mirrorneuron.runtime.exec.confine.Confiner;
import io.mirrorneuron.runtime.exec.confine.GraphicsFiles;
import io.mirrorneuron.runtime.exec.pool.Pools;
import io.mirrorneuron.runtime.exec.pool.Pools.NodeCapacity;
import io.mirrorneuron.runtime.exec.pool.Ports;
import io.mirrorneuron.runtime.exec.process.Interpreters;
import io.mirrorneuron.runtime.exec.process.Notice;
import io.mirrorneuron.runtime.exec.process.PreparationScripts;
import io.mirrorneuron.runtime.exec.process.ProcessEnvironment;
import io.mirrorneuron.runtime.exec.process.ProcessMeter;
import io.mirrorneuron.runtime.exec.process.PythonEnvironments;
import io.mirrorneuron.runtime.exec.process.Sampler;
import io.mirrorneuron.runtime.exec.process.TreeBounds;
import io.mirrorneuron.runtime.exec.protocol.LogWriter;
import io.mirrorneuron.runtime.exec.spawn.ProcessTable;
import io.mirrorneuron.runtime.exec.spawn.Spawner;
import io.mirrorneuron.runtime.exec.workspace.SubmissionFolders;
import io.mirrorneuron.runtime.exec.workspace.Workspaces;
import io.mirrorneuron.runtime.exec.workspace.Workspaces.NotStarted;
import io.mirrorneuron.runtime.port.Executions.Listener;
import io.mirrorneuron.runtime.port.Executions.Outcome;
import io.mirrorneuron.runtime.port.LoadGate;
import io.mirrorneuron.runtime.port.NodeFaults;
import io.mirrorneuron.runtime.port.PayloadSource;
import io.mirrorneuron.runtime.port.ServiceGate;
import io.mirrorneuron.runtime.workflow.NodeAttributes.NodeDevice;
import io.mirrorneuron.storage.Storage;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/** The parts that all executions of this machine share, started and closed together. */
record HostMachinery(
    ProgramRun.Machinery programs,
    Workspaces workspaces,
    SubmissionFolders submissions,
    Orphans orphans,
    Spawner spawner,
    Supplier<NodeCapacity> stock,
    Ports ports,
    NodeFaults faults)
    implements AutoCloseable {

  static HostMachinery start(Config.Executors config, ExecutionHost host, RunSinks sinks) {
    var processes = new ProcessTable();
    var meter = new ProcessMeter(processes);
    Path folder = Workspaces.made(config.tempDir(), host.runtimeId());
    var vendors = new SeenVendors(host.stock());
    var confiner =
        Confiner.start(
            config.confinement(), GraphicsFiles.ofMachine(vendors), folder, host.spawner());
    var workspaces = new Workspaces(folder, sinks.artifacts(), host.clock(), confiner.isOn());
    var programs =
        new ProgramRun.Machinery(
            config,
            new ProcessEnvironment(
                host.serverEnvironment(),
                config.runsRoot(),
                host.runtimeId(),
                vendors,
                host.models()),
            new Interpreters(config.python().standIn()),
            host.spawner(),
            processes,
            confiner,
            new TreeBounds(host.groups(), meter, processes),
            sinks,
            new Sampler(sinks.samples(), meter, processes, host.pace(), host.clock()),
            new LogWriter(sinks.logs()),
            host.grace(),
            host.clock());
    var orphans = new Orphans(processes, host.runtimeId());
    var submissions = new SubmissionFolders(config.confinement().submissions(), sinks.runs());
    return new HostMachinery(
        programs,
        workspaces,
        submissions,
        orphans,
        host.spawner(),
        host.stock(),
        ports(config, host),
        host.faults());
  }

  private static Ports ports(Config.Executors config, ExecutionHost host) {
    return Ports.ofMachine(
        config.ports().first(), config.ports().last(), host.runtimeId().hashCode());
  }

  ExecutionRun.Machinery executions(
      Config.Executors config,
      Storage storage,
      PayloadSource payloads,
      ServiceGate services,
      LoadGate load) {
    Runner runner = new HostLocalRunner(programs);
    return new ExecutionRun.Machinery(
        config,
        new Pools(config.pools(), config.maxQueueLength(), stock, ports),
        workspaces,
        submissions,
        pythons(),
        new Runners(List.of(runner), runner, config.defaultRunner()),
        storage,
        payloads,
        services,
        load,
        faults,
        programs.clock());
  }

  private PythonEnvironments pythons() {
    return new PythonEnvironments(programs.config().python(), programs.interpreters(), scripts());
  }

  /** Runs programs that are not executions. */
  PreparationScripts scripts() {
    return new PreparationScripts(
        spawner,
        programs.processes(),
        programs.grace(),
        programs.environment(),
        programs.confiner());
  }

  Confiner confiner() {
    return programs.confiner();
  }

  Sampler sampler() {
    return programs.sampler();
  }

  LogWriter logs() {
    return programs.logs();
  }

  /**
   * Writes pending samples and logs and kills orphans. To be called when no program runs any more.
   */
  @Override
  public void close() {
    sampler().close();
    programs.bounds().close();
    logs().close();
    orphans.killExcept(_ -> false, _ -> false);
    workspaces.close();
    spawner.close();
  }

  /**
   * Vendors of all cards seen since the server started. When a vendor's tool fails for a while, its
   * cards vanish from the capacity, but must not become open to programs that did not request them.
   * Thread-safe.
   */
  static final class SeenVendors implements Supplier<Set<String>> {
    private final Supplier<NodeCapacity> stock;
    private final Set<String> seen = ConcurrentHashMap.newKeySet();

    SeenVendors(Supplier<NodeCapacity> stock) {
      this.stock = stock;
    }

    @Override
    public Set<String> get() {
      for (NodeDevice device : stock.get().devices()) {
        seen.add(device.device().vendor());
      }
      return seen.isEmpty() ? Set.of() : Set.copyOf(seen);
    }
  }

  /** Runs programs as processes of this machine. */
  static final class HostLocalRunner implements Runner {
    private static final String NAME = "host_local";

    private final ProgramRun.Machinery machinery;

    HostLocalRunner(ProgramRun.Machinery machinery) {
      this.machinery = machinery;
    }

    @Override
    public String name() {
      return NAME;
    }

    @Override
    public Set<String> modules() {
      return Set.of("MirrorNeuron.Runner.HostLocal", "HostLocal", NAME);
    }

    @Override
    public Outcome run(Prepared prepared, Listener listener, Notice.Inbox inbox) throws NotStarted {
      return new ProgramRun(NAME, machinery, prepared, listener, inbox).run();
    }
  }
}
