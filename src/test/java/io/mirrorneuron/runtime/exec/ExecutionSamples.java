package io.mirrorneuron.runtime.exec;

import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.config.Config;
import io.mirrorneuron.runtime.exec.meter.SampleSink;
import io.mirrorneuron.runtime.exec.meter.Sampler;
import io.mirrorneuron.runtime.exec.process.GracePeriods;
import io.mirrorneuron.runtime.exec.spawn.Spawner;
import io.mirrorneuron.runtime.port.Execution;
import io.mirrorneuron.storage.Storage;
import io.mirrorneuron.wire.Json;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

/** Executions and a runner for tests. */
public final class ExecutionSamples {
  private static final AtomicLong IDS = new AtomicLong();

  private ExecutionSamples() {}

  /**
   * @param configJson the node's {@code config}, with single quotes
   */
  public static Execution execution(String configJson, Path payloads) {
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
        payloads,
        1);
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
    Execution execution = execution(configJson, null);
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
    return new Config.Executors(
        Map.of("default", 4, "wide", 64),
        1000,
        Duration.ofMinutes(5),
        folder.resolve("tmp"),
        folder.resolve("runs"),
        32_768,
        1 << 20,
        5,
        Config.DefaultRunner.HOST_LOCAL,
        new Config.Python("python3", folder.resolve("environments"), setupLimit));
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
        runtimeId(folder),
        Clock.systemUTC(),
        environment(),
        SampleSink.NONE,
        Storage.unwatched());
  }

  /**
   * @param storage of the workspaces
   */
  public static LocalExecutions runner(Path folder, Storage storage) {
    return new LocalExecutions(
        config(folder),
        runtimeId(folder),
        Clock.systemUTC(),
        environment(),
        SampleSink.NONE,
        storage);
  }

  public static LocalExecutions runner(Path folder, GracePeriods grace, Spawner spawner) {
    return runner(folder, grace, spawner, SampleSink.NONE, Sampler.Pace.DEFAULT);
  }

  public static LocalExecutions runner(
      Path folder, GracePeriods grace, Spawner spawner, SampleSink samples, Sampler.Pace pace) {
    return new LocalExecutions(
        config(folder),
        new LocalExecutions.Host(
            runtimeId(folder), environment(), grace, spawner, pace, Clock.systemUTC()),
        samples,
        Storage.unwatched());
  }

  public static String runtimeId(Path folder) {
    return "test-" + Integer.toHexString(folder.hashCode());
  }
}
