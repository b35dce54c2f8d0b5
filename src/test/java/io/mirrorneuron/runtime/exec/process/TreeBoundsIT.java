package io.mirrorneuron.runtime.exec.process;

import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.runtime.exec.ExecutionSamples;
import io.mirrorneuron.runtime.exec.Heard;
import io.mirrorneuron.runtime.exec.LocalExecutions;
import io.mirrorneuron.runtime.exec.spawn.ProcessTable;
import io.mirrorneuron.runtime.port.Execution;
import io.mirrorneuron.runtime.port.Executions.Ending;
import io.mirrorneuron.runtime.port.Executions.Outcome;
import io.mirrorneuron.testing.Whole;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Real programs that take too much, where there are no control groups. */
@Timeout(60)
@Whole
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

  /** In files of memory, also such that have been deleted, or in segments: none of it is mapped. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "f = os.memfd_create(`f`)",
        "f = os.open(`/dev/shm/mn-held-%d` % os.getpid(), os.O_RDWR | os.O_CREAT)",
        "n = `/dev/shm/mn-held-%d` % os.getpid(); f = os.open(n, os.O_RDWR | os.O_CREAT); os.unlink(n)"
      })
  void memoryThatNobodyHasMappedCounts(String open) throws Exception {
    String script =
        "import os, time; %s; [os.write(f, b`x` * (1 << 20)) for _ in range(150)]; time.sleep(600)";
    Outcome outcome = python(script.formatted(open), 100);
    removeNamed();

    assertThat(outcome.ending()).as("%s", outcome).isEqualTo(Ending.OUT_OF_MEMORY);
  }

  /** A file that is only as long as that has no memory; one that is mapped counts once. */
  @Test
  void whatIsHeldCountsOnce() throws Exception {
    String script =
        """
        import mmap, os, time
        os.ftruncate(os.memfd_create(`long`), 4 << 30)
        f = os.memfd_create(`mapped`)
        os.ftruncate(f, 80 << 20)
        m = mmap.mmap(f, 80 << 20)
        for _ in range(80): m.write(b`x` * (1 << 20))
        time.sleep(1)
        """;
    assertThat(python(script, 150).ending()).isEqualTo(Ending.SUCCEEDED);
  }

  private static final String SEGMENT =
      """
      import ctypes, os, time
      c = ctypes.CDLL(None)
      c.shmat.restype = ctypes.c_void_p
      i = c.shmget(0, %d << 20, 0o1600)
      a = c.shmat(i, None, 0)
      ctypes.memset(a, 1, %1$d << 20)
      c.shmdt(ctypes.c_void_p(a))
      print(i, flush=True)
      """;

  @Test
  void segmentsCountAndGoWithTheProgram() throws Exception {
    Outcome outcome = python(SEGMENT.formatted(150) + "time.sleep(600)", 100);

    assertThat(outcome.ending()).as("%s", outcome).isEqualTo(Ending.OUT_OF_MEMORY);
    assertThat(segments()).doesNotContain(outcome.stdout().strip());
  }

  /** Those of its children too, where somebody looks. */
  @Test
  void noSegmentOfAChildIsLeft() throws Exception {
    String script = "import os, sys\nif os.fork(): os.wait(); sys.exit()\n" + SEGMENT.formatted(5);
    Outcome outcome = python(script + "time.sleep(1)", 300);

    assertThat(outcome.ending()).as("%s", outcome).isEqualTo(Ending.SUCCEEDED);
    assertThat(segments()).doesNotContain(outcome.stdout().strip());
  }

  @Test
  void noSegmentOfAProgramWithoutLimitsIsLeft() throws Exception {
    Execution execution = ExecutionSamples.shell(heredoc(SEGMENT.formatted(5)));
    Outcome outcome = Heard.start(runner, execution).outcome();

    assertThat(outcome.ending()).as("%s", outcome).isEqualTo(Ending.SUCCEEDED);
    assertThat(segments()).doesNotContain(outcome.stdout().strip());
  }

  private static List<String> segments() throws IOException {
    return Files.readAllLines(Path.of("/proc/sysvipc/shm")).stream()
        .map(line -> line.strip().split(" +")[1])
        .toList();
  }

  private static void removeNamed() throws IOException {
    try (var files = Files.newDirectoryStream(Path.of("/dev/shm"), "mn-held-*")) {
      for (Path file : files) {
        Files.delete(file);
      }
    }
  }

  private static String heredoc(String script) {
    return "exec python3 - <<'END'\n%s\nEND".formatted(script.replace('`', '"'));
  }

  private Outcome python(String script, long megabytes) throws Exception {
    return run(heredoc(script), "memory_mb", megabytes);
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
