package io.mirrorneuron.runtime.exec.process;

import static io.mirrorneuron.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.mirrorneuron.runtime.exec.ExecutionHost;
import io.mirrorneuron.runtime.exec.ExecutionSamples;
import io.mirrorneuron.runtime.exec.Heard;
import io.mirrorneuron.runtime.exec.LocalExecutions;
import io.mirrorneuron.runtime.exec.RunSinks;
import io.mirrorneuron.runtime.exec.confine.Confiner.State;
import io.mirrorneuron.runtime.exec.pool.Pools.NodeCapacity;
import io.mirrorneuron.runtime.exec.process.Supervision.GracePeriods;
import io.mirrorneuron.runtime.exec.spawn.ProcessTable;
import io.mirrorneuron.runtime.exec.spawn.Spawner;
import io.mirrorneuron.runtime.port.Execution;
import io.mirrorneuron.runtime.port.Executions.Ending;
import io.mirrorneuron.runtime.port.Executions.Outcome;
import io.mirrorneuron.runtime.port.Executions.Signal;
import io.mirrorneuron.runtime.port.NodeFaults;
import io.mirrorneuron.runtime.port.PayloadSource;
import io.mirrorneuron.storage.Storage;
import io.mirrorneuron.testing.Whole;
import io.mirrorneuron.testing.Zips;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real virtual environments, with packages from a folder beside the requirements. */
@Whole
class PythonEnvironmentsIT {
  private static final GracePeriods SHORT =
      new GracePeriods(Duration.ofMillis(300), Duration.ofMillis(500));
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final String REPORT =
      "import os, sys, probe; print(probe.VALUE, sys.prefix == os.environ['VIRTUAL_ENV'],"
          + " os.environ['MN_PYTHON_ENV'], os.environ['MIRROR_NEURON_PYTHON_ENV'])";

  @TempDir Path folder;
  private Path payloads;
  private LocalExecutions runner;

  @BeforeEach
  void layPayloads() throws Exception {
    payloads = Files.createDirectories(folder.resolve("bundles/0a1b"));
    Files.createDirectories(payloads.resolve("py/wheels"));
    Files.writeString(
        payloads.resolve("py/needs.txt"), "--no-index\n--find-links wheels\nmn-probe\n");
    Files.write(payloads.resolve("py/wheels/mn_probe-1.0-py3-none-any.whl"), wheel());
    runner = runner("one", Duration.ofMinutes(2));
  }

  private static byte[] wheel() {
    String info = "mn_probe-1.0.dist-info/";
    return new Zips()
        .file("probe.py", "VALUE = 'found'\n")
        .file(info + "METADATA", "Metadata-Version: 2.1\nName: mn-probe\nVersion: 1.0\n")
        .file(info + "WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        .file(info + "RECORD", "")
        .bytes();
  }

  private LocalExecutions runner(String id, Duration limit) {
    return new LocalExecutions(
        ExecutionSamples.strictConfig(folder, limit),
        new ExecutionHost(
            id(id),
            ExecutionSamples.environment(),
            SHORT,
            Spawner.best("python-test"),
            Sampler.Pace.DEFAULT,
            ControlGroups.NONE,
            () -> NodeCapacity.endless("here"),
            ModelEnvironment.NONE,
            NodeFaults.NONE,
            Clock.systemUTC()),
        RunSinks.NONE,
        Storage.unwatched(),
        PayloadSource.HERE);
  }

  private String id(String name) {
    return ExecutionSamples.runtimeId(folder) + name;
  }

  @AfterEach
  void close() {
    runner.close();
    assertThat(processes("one")).isEmpty();
  }

  private List<ProcessTable.Entry> processes(String name) {
    return new ProcessTable().withVariable("MN_RUNTIME_ID=" + id(name));
  }

  @Test
  void eightAtOnceBuildOnceAndHoldNoSlotMeanwhile() throws Exception {
    try (LocalExecutions other = runner("two", Duration.ofMinutes(2))) {
      var heard = new ArrayList<Heard>();
      for (int i = 0; i < 4; i++) {
        heard.add(Heard.start(runner, python("python3.11")));
        heard.add(Heard.start(other, python("python3")));
      }
      eventually("a build", PATIENCE, () -> environments("pyvenv.cfg").size() == 1);
      assertThat(heard).allMatch(each -> each.signals().isEmpty());
      assertThat(runner.capacity().pools())
          .allMatch(pool -> pool.inUse() == 0 && pool.queued() == 0);

      for (Heard each : heard) {
        Path environment = onlyKey().resolve("env-1");
        assertThat(each.outcome().stdout())
            .as(each.outcome().stderr() + each.outcome().error())
            .isEqualTo("found True " + environment + " " + environment + "\n");
        assertThat(each.signals()).first().isInstanceOf(Signal.Leased.class);
      }
      assertThat(names(onlyKey())).containsExactlyInAnyOrder("env-1", "lock", "ready");
    }
    assertThat(processes("two")).isEmpty();
    assertThat(names(payloads.resolve("py"))).containsExactlyInAnyOrder("needs.txt", "wheels");

    whatAKilledServerLeftIsMadeAnew();
    theShellAndItsChildrenUseIt();
  }

  private void whatAKilledServerLeftIsMadeAnew() throws Exception {
    Path half = onlyKey().resolve("env-1");
    Files.delete(onlyKey().resolve("ready"));
    Files.delete(half.resolve("bin/python"));

    assertThat(run(python("python")).stdout()).startsWith("found True " + onlyKey() + "/env-2");
    assertThat(half).doesNotExist();

    // The interpreter it was made with is no longer installed.
    Files.delete(onlyKey().resolve("env-2/bin/python"));
    assertThat(run(python("python")).stdout()).startsWith("found True " + onlyKey() + "/env-3");
  }

  private void theShellAndItsChildrenUseIt() throws Exception {
    Execution execution = python("python3");
    execution.config().put("command", "python3.11 -c \"" + REPORT + "\"; sh -c 'which python'");

    Outcome outcome = run(execution);

    Path environment = onlyKey().resolve("env-3");
    assertThat(outcome.stdout())
        .isEqualTo("found True %1$s %1$s\n%1$s/bin/python\n".formatted(environment));
  }

  @Test
  void whoeverIsStoppedHandsTheWorkOn() throws Exception {
    Execution first = python("python3");
    Heard builder = Heard.start(runner, first);
    eventually("a build", PATIENCE, () -> environments("pyvenv.cfg").size() == 1);
    Heard next = Heard.start(runner, python("python3"));
    Execution third = python("python3");
    Heard impatient = Heard.start(runner, third);

    runner.stop(third.executionId());
    assertThat(impatient.outcome().ending()).isEqualTo(Ending.STOPPED);
    runner.stop(first.executionId());
    assertThat(builder.outcome().ending()).isEqualTo(Ending.STOPPED);
    assertThat(builder.outcome().lease()).isNull();

    assertThat(next.outcome().stdout()).startsWith("found True");
  }

  @Test
  void aFailureIsToldToAllWhoWaitAndTheNextTryIsANewOne() throws Exception {
    Files.delete(payloads.resolve("py/wheels/mn_probe-1.0-py3-none-any.whl"));
    Heard first = Heard.start(runner, python("python3"));
    eventually("a build", PATIENCE, () -> environments("pyvenv.cfg").size() == 1);
    Heard second = Heard.start(runner, python("python3"));

    for (Heard each : List.of(first, second)) {
      Outcome outcome = each.outcome();
      assertThat(outcome.ending()).isEqualTo(Ending.FAILED);
      assertThat(outcome.exitCode()).isEqualTo(1);
      assertThat(outcome.error())
          .startsWith("making the python environment ended with exit code 1\n")
          .contains("No matching distribution found for mn-probe");
      assertThat(outcome.stderr()).contains("No matching distribution");
      assertThat(outcome.lease()).isNull();
    }
    assertThat(names(onlyKey())).containsExactly("lock");

    Files.write(payloads.resolve("py/wheels/mn_probe-1.0-py3-none-any.whl"), wheel());
    assertThat(run(python("python3")).stdout()).startsWith("found True");
  }

  @Test
  void aBuildThatIsKilledOrTakesTooLongSaysSo() throws Exception {
    Execution killed = python("python3");
    Heard heard = Heard.start(runner, killed);
    eventually("a build", PATIENCE, () -> environments("pyvenv.cfg").size() == 1);
    String mark = "MN_EXECUTION_ID=" + killed.executionId();
    var table = new ProcessTable();
    eventually(
        "its end",
        PATIENCE,
        () -> {
          table.kill(table.withVariable(mark));
          return heard.end().isDone();
        });
    assertThat(heard.outcome().error()).contains("ended with exit code 137");

    try (LocalExecutions hasty = runner("two", Duration.ofMillis(50))) {
      Outcome outcome = Heard.start(hasty, python("python3")).outcome();
      assertThat(outcome.ending()).isEqualTo(Ending.FAILED);
      assertThat(outcome.error())
          .startsWith(
              "making the python environment took longer than 50 ms"
                  + " (blueprint.python_env_setup_timeout_ms)");
    }
    assertThat(processes("two")).isEmpty();
    assertThat(environments("")).isEmpty();
  }

  @Test
  void programsAndTheMakingOfTheirEnvironmentReachNothingElse() throws Exception {
    assumeThat(runner.confiner().report().state()).isEqualTo(State.ON);
    Path secret = Files.writeString(folder.resolve("secret"), "canary-0123");
    Execution execution = python("python3");
    execution
        .config()
        .put(
            "command",
            "python3 -c 'import probe' && touch $MN_PYTHON_ENV/mine && echo environment;"
                + " cat %1$s; ls %2$s; touch %2$s/new && echo written; grep NoNew /proc/self/status"
                    .formatted(secret, folder.resolve("environments")));
    assertThat(run(execution).stdout()).isEqualTo("environment\nNoNewPrivs:\t1\n");
    assertThat(onlyKey().resolve("env-1/mine")).exists();

    // What packages do when they are installed is confined alike.
    Files.createDirectories(payloads.resolve("py/source"));
    Files.writeString(
        payloads.resolve("py/source/pyproject.toml"),
        "[build-system]\nrequires = []\nbuild-backend = 'backend'\nbackend-path = ['.']\n");
    Files.writeString(
        payloads.resolve("py/source/backend.py"), "print(open('%s').read())".formatted(secret));
    Files.writeString(payloads.resolve("py/needs.txt"), "--no-index\n./source\n");
    Outcome refused = run(python("python3"));
    assertThat(refused.ending()).isEqualTo(Ending.FAILED);
    assertThat(refused.headline())
        .isEqualTo(
            "making the python environment ended with exit code 1; perhaps confined, see confinement in the manifest");
    assertThat(refused.toString())
        .contains("Permission denied: '%s'".formatted(secret))
        .doesNotContain("canary");
  }

  @Test
  void whatCannotBeReadIsNamed() throws Exception {
    Execution missing = python("python3");
    missing.config().withObject("python_environment").put("requirements", "none.txt");
    Execution outside = python("python3");
    outside.config().withObject("python_environment").put("requirements", "../../secret");

    assertThat(run(missing))
        .extracting(Outcome::ending, Outcome::error)
        .containsExactly(
            Ending.NOT_STARTED, "python_environment.requirements does not exist locally: none.txt");
    assertThat(run(outside).error())
        .isEqualTo(
            "python_environment.requirements must stay inside blueprint payloads: ../../secret");
  }

  private Execution python(String interpreter) {
    Execution execution = ExecutionSamples.execution("{}", payloads);
    execution.config().putArray("command").add(interpreter).add("-c").add(REPORT);
    execution.config().putObject("python_environment").put("requirements", "py/needs.txt");
    return execution;
  }

  private Outcome run(Execution execution) throws Exception {
    return Heard.start(runner, execution).outcome();
  }

  /** Paths of that name in all environments, finished or not. */
  private List<Path> environments(String name) {
    Path root = folder.resolve("environments");
    if (!Files.isDirectory(root)) {
      return List.of();
    }
    try (var paths =
        Files.find(root, 2, (path, _) -> path.getFileName().toString().startsWith("env-"))) {
      return paths.map(path -> path.resolve(name)).filter(Files::exists).toList();
    } catch (java.io.IOException | java.io.UncheckedIOException e) {
      return List.of(); // A folder went away while it was read.
    }
  }

  private Path onlyKey() throws Exception {
    try (var keys = Files.list(folder.resolve("environments"))) {
      List<Path> all = keys.filter(key -> !key.endsWith("pip-cache")).toList();
      assertThat(all).hasSize(1);
      return all.getFirst();
    }
  }

  private static List<String> names(Path folder) throws Exception {
    try (var entries = Files.list(folder)) {
      return entries.map(entry -> entry.getFileName().toString()).toList();
    }
  }
}
