package io.mirrorneuron.runtime.exec;

import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.config.Confinement.Mode;
import io.mirrorneuron.runtime.exec.process.Supervision.GracePeriods;
import io.mirrorneuron.runtime.exec.spawn.Adoption;
import io.mirrorneuron.runtime.exec.spawn.ProcessTable;
import io.mirrorneuron.runtime.exec.spawn.Spawner;
import io.mirrorneuron.runtime.port.Execution;
import io.mirrorneuron.runtime.port.Executions.Ending;
import io.mirrorneuron.testing.Whole;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/**
 * Programs that leave processes behind which hide in every way, on a server that adopts orphans.
 */
@Whole
class LeftoversIT {
  private static final GracePeriods SHORT =
      new GracePeriods(Duration.ofMillis(300), Duration.ofMillis(500));
  private static final AtomicInteger COUNT = new AtomicInteger();
  private static final String QUIET = " </dev/null >/dev/null 2>&1";

  /** Each leaves one {@code sleep SECONDS}. */
  static final String[] HIDDEN = {
    "setsid env -i sleep SECONDS &",
    "setsid env -i sleep SECONDS" + QUIET + " &",
    "(env -i setsid sh -c 'sleep SECONDS & exit 0'" + QUIET + " &)",
    "perl -MPOSIX -e '%ENV = (); chdir \"/\"; fork and exit; setsid(); fork and exit;"
        + " exec \"sleep\", \"SECONDS\"'"
        + QUIET,
  };

  /** The same with a limit of their own, which only those may set that are not confined. */
  static final String[] WITH_A_LIMIT = {
    "env -i prlimit --rttime=7:7 setsid --fork sleep SECONDS" + QUIET,
    "env -i prlimit --rttime=7:7 setsid --fork sh -c 'setsid sleep SECONDS & wait'" + QUIET,
  };

  @TempDir Path folder;
  private final ProcessTable processes = new ProcessTable();
  private final String seconds =
      "3313.%d%04d".formatted(ProcessHandle.current().pid(), COUNT.incrementAndGet());
  private LocalExecutions runner;

  @BeforeEach
  void open() {
    Adoption.begin();
    runner =
        ExecutionSamples.runner(folder, SHORT, Spawner.best(ExecutionSamples.runtimeId(folder)));
  }

  @AfterEach
  void close() {
    runner.close();
    Adoption.end();
    assertThat(isAlive(seconds)).isFalse();
  }

  @ParameterizedTest
  @FieldSource("HIDDEN")
  void aNormalEndLeavesNothing(String script) throws Exception {
    Heard heard = start(script, "echo done", "{}");

    assertThat(heard.outcome().ending()).isEqualTo(Ending.SUCCEEDED);
    assertThat(heard.outcome().stdout()).isEqualTo("done\n");
    LocalExecutionsIT.until(() -> !isAlive(seconds) && deadChildren() == 0);
  }

  @ParameterizedTest
  @FieldSource("WITH_A_LIMIT")
  void anotherLimitHidesNothingOfWhatIsNotConfined(String script) throws Exception {
    try (LocalExecutions free = ExecutionSamples.runner(folder, Mode.OFF)) {
      Heard heard = Heard.start(free, execution(seconds, script, "echo done", "{}"));

      assertThat(heard.outcome().ending()).isEqualTo(Ending.SUCCEEDED);
      LocalExecutionsIT.until(() -> !isAlive(seconds));
    }
  }

  @ParameterizedTest
  @FieldSource("HIDDEN")
  void aStopLeavesNothing(String script) throws Exception {
    Execution execution = execution(seconds, script, "sleep 100", "{}");
    Heard heard = Heard.start(runner, execution);
    LocalExecutionsIT.until(() -> isAlive(seconds));

    runner.stop(execution.executionId());

    assertThat(heard.outcome().ending()).isEqualTo(Ending.STOPPED);
    LocalExecutionsIT.until(() -> !isAlive(seconds) && deadChildren() == 0);
  }

  @ParameterizedTest
  @FieldSource("HIDDEN")
  void aTimeoutLeavesNothing(String script) throws Exception {
    Heard heard = start(script, "sleep 100", "{'timeout_seconds':1}");

    assertThat(heard.outcome().ending()).isEqualTo(Ending.TIMED_OUT);
    LocalExecutionsIT.until(() -> !isAlive(seconds) && deadChildren() == 0);
  }

  @ParameterizedTest
  @FieldSource("HIDDEN")
  void aShutdownLeavesNothing(String script) throws Exception {
    Heard heard = start(script, "sleep 100", "{}");
    LocalExecutionsIT.until(() -> isAlive(seconds));

    runner.close();

    assertThat(heard.outcome().ending()).isEqualTo(Ending.STOPPED);
    assertThat(isAlive(seconds)).isFalse();
    LocalExecutionsIT.until(() -> deadChildren() == 0 || collected());
  }

  @Test
  void aHiddenProcessOfARunningProgramIsLeftAlone() throws Exception {
    String others = seconds + "1";
    start(HIDDEN[3], "sleep 100", "{}");
    LocalExecutionsIT.until(() -> isAlive(seconds));
    Heard other = Heard.start(runner, execution(others, HIDDEN[1], "true", "{}"));

    assertThat(other.outcome().ending()).isEqualTo(Ending.SUCCEEDED);
    LocalExecutionsIT.until(() -> !isAlive(others));

    assertThat(isAlive(seconds)).isTrue();
  }

  /** Each hides at once, beside a program that is older and goes on. */
  @Test
  void quickHidersEndThoughAnOlderProgramRuns() throws Exception {
    Heard older = Heard.start(runner, ExecutionSamples.shell("sleep 100", "{}"));
    String hide = "(env -i setsid sleep SECONDS" + QUIET + " &)\n";
    List<Heard> quick = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      String twice = (hide + hide).replace("SECONDS", seconds);
      quick.add(Heard.start(runner, ExecutionSamples.shell(twice + "sleep 0.05", "{}")));
    }

    for (Heard one : quick) {
      assertThat(one.outcome().ending()).isEqualTo(Ending.SUCCEEDED);
    }
    LocalExecutionsIT.until(() -> !isAlive(seconds));
    assertThat(older.isOver()).isFalse();
  }

  /** No look at all processes meets one of these. */
  @Test
  void aChainOfProcessesThatStartEachOtherEnds() throws Exception {
    Path beats = folder.resolve("beats");
    String chain =
        """
        perl -MPOSIX -e 'fork and exit; setsid(); %%ENV = ();
          for (1..60000) { fork and _exit(0); $_ %% 100 or do { open F, ">", "%1$s"; print F $_ };
            select undef, undef, undef, 0.0003 }' >/dev/null 2>&1 </dev/null
        until [ -s %1$s ]; do sleep 0.01; done
        """
            .formatted(beats);
    Heard heard = Heard.start(runner, ExecutionSamples.shell(chain, "{}"));

    assertThat(heard.outcome().ending()).isEqualTo(Ending.SUCCEEDED);
    Rest beat = new Rest(beats);
    LocalExecutionsIT.until(beat::isLong);
    LocalExecutionsIT.until(() -> deadChildren() == 0);
  }

  /** Whether a file stands still for two seconds. */
  private static final class Rest {
    private final Path file;
    private String seen = "";
    private long since = System.nanoTime();

    Rest(Path file) {
      this.file = file;
    }

    boolean isLong() {
      try {
        String now = Files.readString(file);
        if (!now.equals(seen)) {
          seen = now;
          since = System.nanoTime();
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      return System.nanoTime() - since > 2_000_000_000L;
    }
  }

  @Test
  void whatEndsWhileItsProgramRunsIsCollected() throws Exception {
    Heard heard =
        start("sleep SECONDS &", "for i in $(seq 100); do (true &); done; sleep 100", "{}");
    LocalExecutionsIT.until(() -> deadChildren() > 0);

    LocalExecutionsIT.until(() -> deadChildren() == 0);
    assertThat(heard.isOver()).isFalse();
  }

  private Heard start(String script, String then, String config) {
    return Heard.start(runner, execution(seconds, script, then, config));
  }

  /** Goes on when the hidden process is there, so that it is not missed because it is slow. */
  private static Execution execution(String seconds, String script, String then, String config) {
    String awaited =
        "until pgrep -x -f 'sleep %1$s' >/dev/null; do sleep 0.01; done".formatted(seconds);
    return ExecutionSamples.shell(
        String.join("\n", script.replace("SECONDS", seconds), awaited, then), config);
  }

  private boolean isAlive(String seconds) {
    String words = "sleep\0" + seconds + '\0';
    return processes.pids().stream().anyMatch(pid -> processes.read(pid, "cmdline").equals(words));
  }

  private boolean collected() {
    Adoption.orphans(processes);
    return deadChildren() == 0;
  }

  private long deadChildren() {
    String dead = ") Z " + ProcessHandle.current().pid() + " ";
    return processes.pids().stream()
        .filter(pid -> processes.read(pid, "stat").contains(dead))
        .count();
  }
}
