package io.mirrorneuron.runtime.exec;

import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.config.Config;
import io.mirrorneuron.config.Confinement;
import io.mirrorneuron.config.NodeSettings.PortRange;
import io.mirrorneuron.config.ProgramOutput;
import io.mirrorneuron.runtime.exec.pool.Pools.NodeCapacity;
import io.mirrorneuron.runtime.exec.process.ControlGroups;
import io.mirrorneuron.runtime.exec.process.ModelEnvironment;
import io.mirrorneuron.runtime.exec.process.Sampler;
import io.mirrorneuron.runtime.exec.process.Sampler.SampleSink;
import io.mirrorneuron.runtime.exec.process.Supervision.GracePeriods;
import io.mirrorneuron.runtime.exec.spawn.Spawner;
import io.mirrorneuron.runtime.port.Execution;
import io.mirrorneuron.runtime.port.FolderDemands;
import io.mirrorneuron.runtime.port.NodeFaults;
import io.mirrorneuron.runtime.port.PayloadSource;
import io.mirrorneuron.runtime.workflow.ResourceRequest;
import io.mirrorneuron.runtime.workflow.Scheduling;
import io.mirrorneuron.runtime.workflow.Scheduling.QueueRank;
import io.mirrorneuron.storage.Storage;
import io.mirrorneuron.wire.Json;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;

/** Executions and a runner for tests. */
public final class ExecutionSamples {
  private static final AtomicLong IDS = new AtomicLong();

  private ExecutionSamples() {}

  /**
   * @param configJson the node's {@code config}, with single quotes
   */
  public static Execution execution(String configJson, Path payloads) {
    return execution(configJson, payloads, Execution.Placing.HERE);
  }

  private static Execution execution(String configJson, Path payloads, Execution.Placing placing) {
    return new Execution(
        "exec-" + ProcessHandle.current().pid() + "-" + IDS.incrementAndGet(),
        "job-1",
        "run-1",
        "worker",
        "executor",
        "generic",
        object(configJson),
        object(
            "{'envelope':{'content_type':'application/json','content_encoding':'identity'},"
                + "'headers':{},'body':{'n':7},'artifacts':[],'stream':null}"),
        NullNode.getInstance(),
        Json.object(),
        Json.object(),
        Json.object(),
        ResourceRequest.NONE,
        payloads,
        FolderDemands.NONE,
        false,
        1,
        new QueueRank(false, 0),
        placing);
  }

  /** A script of a job that has run no program yet. */
  static Execution first(String script) {
    var placing = new Execution.Placing(0, Scheduling.ANY, null, 0, false, Set.of(), null, true);
    return scripted(execution("{}", null, placing), script);
  }

  public static Execution command(String... words) {
    ObjectNode config = Json.object();
    for (String word : words) {
      config.withArray("command").add(word);
    }
    return execution(Json.write(config).replace('"', '\''), null);
  }

  /** A script for {@code sh -c}. */
  public static Execution shell(String script) {
    return shell(script, "{}");
  }

  public static Execution shell(String script, String configJson) {
    return scripted(execution(configJson, null), script);
  }

  private static Execution scripted(Execution execution, String script) {
    execution.config().putArray("command").add("sh").add("-c").add(script);
    return execution;
  }

  public static ObjectNode object(String json) {
    return Json.parseObject(json.replace('\'', '"'), "sample");
  }

  public static Config.Executors config(Path folder) {
    return config(folder, Duration.ofMinutes(2));
  }

  /**
   * @param setupLimit of Python environments
   */
  public static Config.Executors config(Path folder, Duration setupLimit) {
    return config(folder, setupLimit, sharing(folder));
  }

  private static Config.Executors config(
      Path folder, Duration setupLimit, Confinement confinement) {
    return new Config.Executors(
        Map.of("default", 4, "wide", 64),
        new PortRange(21_000, 21_099),
        1000,
        Duration.ofMinutes(5),
        true,
        folder.resolve("tmp"),
        folder.resolve("runs"),
        32_768,
        new ProgramOutput(1 << 20, 64 << 20, 1000, 8 << 20),
        5,
        Config.DefaultRunner.HOST_LOCAL,
        new Config.Python("python3", folder.resolve("environments"), setupLimit),
        confinement);
  }

  /** The same where the folder is out of reach of programs, save for their own parts. */
  public static Config.Executors strictConfig(Path folder, Duration setupLimit) {
    return config(folder, setupLimit, strict(folder, Confinement.Mode.AUTO));
  }

  /** Programs are confined, and share the folder of the test with it. */
  private static Confinement sharing(Path folder) {
    return new Confinement(
        Confinement.Mode.AUTO,
        List.of(),
        List.of(),
        List.of(folder),
        folder.resolve("submissions"),
        Set.of());
  }

  /** Programs are confined as they are by a server with this home. */
  private static Confinement strict(Path home, Confinement.Mode mode) {
    return new Confinement(
        mode, List.of(home), List.of(), List.of(), home.resolve("shared/submissions"), Set.of());
  }

  public static Map<String, String> environment() {
    var environment = new HashMap<>(System.getenv());
    environment.put("MN_API_TOKEN", "server-api-token");
    environment.put("MN_NO_RUN_STORE", "1");
    environment.put("MN_REDIS_URL", "redis://:server-password@localhost");
    environment.put("UNRELATED", "of-the-server");
    return environment;
  }

  public static LocalExecutions runner(Path folder) {
    return new LocalExecutions(
        config(folder),
        ExecutionHost.of(runtimeId(folder), environment(), Clock.systemUTC()),
        RunSinks.NONE,
        Storage.unwatched(),
        PayloadSource.HERE);
  }

  /**
   * @param groups that keep programs to limits
   */
  public static LocalExecutions runner(Path folder, ControlGroups groups) {
    return new LocalExecutions(
        config(folder),
        ExecutionHost.of(runtimeId(folder), environment(), Clock.systemUTC()).within(groups),
        RunSinks.NONE,
        Storage.unwatched(),
        PayloadSource.HERE);
  }

  /** A runner whose folder is out of reach of programs, with a runtime of its own. */
  public static LocalExecutions runner(Path folder, Confinement.Mode confine) {
    return new LocalExecutions(
        config(folder, Duration.ofMinutes(2), strict(folder, confine)),
        ExecutionHost.of(confine + runtimeId(folder), environment(), Clock.systemUTC()),
        RunSinks.NONE,
        Storage.unwatched(),
        PayloadSource.HERE);
  }

  /**
   * @param storage of the workspaces
   */
  public static LocalExecutions runner(Path folder, Storage storage) {
    return new LocalExecutions(
        config(folder),
        ExecutionHost.of(runtimeId(folder), environment(), Clock.systemUTC()),
        RunSinks.NONE,
        storage,
        PayloadSource.HERE);
  }

  /**
   * @param limits of what programs print
   */
  public static LocalExecutions runner(Path folder, ProgramOutput limits, RunSinks sinks) {
    Config.Executors standard = config(folder);
    return new LocalExecutions(
        new Config.Executors(
            standard.pools(),
            standard.ports(),
            standard.maxQueueLength(),
            standard.queueTimeout(),
            standard.releaseWhileWaiting(),
            standard.tempDir(),
            standard.runsRoot(),
            standard.maxCommandBytes(),
            limits,
            standard.beaconsPerSecond(),
            standard.defaultRunner(),
            standard.python(),
            standard.confinement()),
        ExecutionHost.of(runtimeId(folder), environment(), Clock.systemUTC()),
        sinks,
        Storage.unwatched(),
        PayloadSource.HERE);
  }

  public static LocalExecutions runner(Path folder, GracePeriods grace, Spawner spawner) {
    return runner(folder, grace, spawner, SampleSink.NONE, Sampler.Pace.DEFAULT);
  }

  public static LocalExecutions runner(
      Path folder, GracePeriods grace, Spawner spawner, SampleSink samples, Sampler.Pace pace) {
    return new LocalExecutions(
        config(folder),
        new ExecutionHost(
            runtimeId(folder),
            environment(),
            grace,
            spawner,
            pace,
            ControlGroups.NONE,
            () -> NodeCapacity.endless("here"),
            ModelEnvironment.NONE,
            NodeFaults.NONE,
            Clock.systemUTC()),
        new RunSinks(samples, RunSinks.NONE.logs(), RunSinks.NONE.artifacts()),
        Storage.unwatched(),
        PayloadSource.HERE);
  }

  public static String runtimeId(Path folder) {
    return "test-" + Integer.toHexString(folder.hashCode());
  }
}
