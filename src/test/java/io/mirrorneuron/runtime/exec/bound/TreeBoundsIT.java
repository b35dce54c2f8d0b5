package io.mirrorneuron.runtime.exec.bound;

import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.runtime.exec.ExecutionSamples;
import io.mirrorneuron.runtime.exec.Heard;
import io.mirrorneuron.runtime.exec.LocalExecutions;
import io.mirrorneuron.runtime.exec.spawn.ProcessTable;
import io.mirrorneuron.runtime.port.Execution;
import io.mirrorneuron.runtime.port.Executions.Ending;
import io.mirrorneuron.runtime.port.Executions.Outcome;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Real programs that take too much, where there are no control groups. */
@Timeout(60)
class TreeBoundsIT {
  /** Python that has so many MB, and keeps them. */
  private static final String HOG =
      "python3 -c 'import time; x = b\"x\" * (%d << 20); time.sleep(600)'";

  @TempDir Path folder;
  private LocalExecutions runner;

  @BeforeEach
  void open() {
    runner = ExecutionSamples.runner(folder);
  }

  @AfterEach
  void close() {
    runner.close();
  }

  @Test
  void aProgramWithTooMuchMemoryIsEndedAndToldSo() throws Exception {
    Outcome outcome = run(HOG.formatted(300), "memory_mb", 100);

    assertThat(outcome.ending()).as("%s", outcome).isEqualTo(Ending.OUT_OF_MEMORY);
    assertThat(outcome.error())
        .matches(
            "out of memory: the program and its children used \\d+ MB of 100 MB allowed"
                + " \\(resources\\.limits\\.memory_mb\\)");
    assertThat(outcome.exitCode()).isEqualTo(128 + 9);
  }

  /** Each by itself has less than that; one of them is hidden. */
  @ParameterizedTest
  @ValueSource(strings = {"", "setsid env -i PATH=\"$PATH\" "})
  void theMemoryOfAllProcessesCounts(String hidden) throws Exception {
    String one = HOG.formatted(80);
    Outcome outcome = run("%s & (%s%s &); wait".formatted(one, hidden, one), "memory_mb", 130);

    assertThat(outcome.ending()).as("%s", outcome).isEqualTo(Ending.OUT_OF_MEMORY);
    assertThat(new ProcessTable().where((pid, _) -> isHog(pid))).isEmpty();
  }

  private static boolean isHog(int pid) {
    return new ProcessTable().read(pid, "cmdline").contains("(80 << 20)");
  }

  /** Four processes have the same 100 MB, which no look may count four times. */
  @Test
  void sharedMemoryCountsOnce() throws Exception {
    String script =
        """
        import os, time
        x = b"x" * (100 << 20)
        for _ in range(3):
          if os.fork() == 0: break
        time.sleep(1)
        """;
    Outcome outcome = run("python3 -c '%s'".formatted(script), "memory_mb", 200);
    assertThat(outcome.ending()).as("%s", outcome).isEqualTo(Ending.SUCCEEDED);
  }

  @Test
  void aProgramWithTooManyProcessesIsEndedAndToldSo() throws Exception {
    Outcome outcome =
        run("i=0; while [ $i -lt 60 ]; do sleep 600 & i=$((i+1)); done; wait", "processes", 20);

    assertThat(outcome.ending()).as("%s", outcome).isEqualTo(Ending.TOO_MANY_PROCESSES);
    assertThat(outcome.error())
        .matches(
            "too many processes: the program and its children had \\d+ processes and threads of"
                + " 20 allowed \\(resources\\.limits\\.processes\\)");
  }

  @Test
  void whoStaysBelowIsLeftAlone() throws Exception {
    Execution execution = ExecutionSamples.shell("sleep 0.3 & sleep 0.3; wait; echo done");
    execution.resources().putObject("limits").put("memory_mb", 400).put("processes", 10);
    Outcome outcome = Heard.start(runner, execution).outcome();

    assertThat(outcome.ending()).as("%s", outcome).isEqualTo(Ending.SUCCEEDED);
    assertThat(outcome.stdout()).isEqualTo("done\n");
  }

  private Outcome run(String script, String limit, long value) throws Exception {
    Execution execution = ExecutionSamples.shell(script);
    execution.resources().putObject("limits").put(limit, value);
    return Heard.start(runner, execution).outcome();
  }
}
