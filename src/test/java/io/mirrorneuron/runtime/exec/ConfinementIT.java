package io.mirrorneuron.runtime.exec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.mirrorneuron.config.Confinement.Mode;
import io.mirrorneuron.runtime.exec.confine.Confiner.State;
import io.mirrorneuron.runtime.port.Execution;
import io.mirrorneuron.runtime.port.Executions.Ending;
import io.mirrorneuron.runtime.port.Executions.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What confined programs can reach, and what they cannot. */
class ConfinementIT {
  @TempDir Path folder;
  private Path run;
  private Path others;
  private LocalExecutions runner;

  @BeforeEach
  void open() throws IOException {
    run = Files.createDirectories(folder.resolve("runs/run-1"));
    others = Files.createDirectories(folder.resolve("runs/run-2"));
    Files.writeString(others.resolve("secret"), "of another run");
    runner = ExecutionSamples.runner(folder, Mode.AUTO);
    assumeThat(runner.confiner().report().state())
        .as("%s", runner.confiner().report())
        .isEqualTo(State.ON);
  }

  @AfterEach
  void close() {
    runner.close();
  }

  @Test
  void aProgramWritesToItsWorkspaceAndItsRun() throws Exception {
    Outcome outcome =
        run(
            """
            set -e
            echo one >file; mkdir -p a/b; mv file a/b/moved; ln -s b a/link; cat a/link/moved
            mktemp -d >/dev/null; test "${TMPDIR#"$MN_WORKDIR"}" != "$TMPDIR"
            echo two >%1$s/own; mv a/b/moved %1$s/there; rm %1$s/own; ls %1$s
            echo three >/dev/shm/mn-$$; rm /dev/shm/mn-$$; echo >/dev/null; head -c3 /dev/zero
            """
                .formatted(run));

    assertThat(outcome.ending()).as("%s", outcome).isEqualTo(Ending.SUCCEEDED);
    assertThat(run.resolve("there")).content().isEqualTo("one\n");
  }

  @Test
  void nothingElseIsWritten() throws Exception {
    Path file = Files.writeString(folder.resolve("kept"), "content");
    for (String attempt :
        new String[] {
          "echo x >%s/new",
          "echo x >%s/kept",
          "rm %s/kept",
          "mkdir %s/d",
          "ln -s x %s/l",
          "mv %s/kept .",
          "ln %s/kept hard",
          "chmod 600 x; cp kept %s/copy",
          "mkfifo %s/f",
          "echo x >%s/runs/run-2/new",
          "rm %s/runs/run-2/secret",
          "mv %s/runs/run-2 %1$s/runs/run-3",
          "python3 -c 'import os; os.truncate(\"%s/kept\", 0)'",
        }) {
      refused(attempt.formatted(folder));
    }
    assertThat(file).content().isEqualTo("content");
    assertThat(folder).isDirectoryNotContaining(path -> path.endsWith("new"));
    assertThat(others).isDirectoryContaining(path -> path.endsWith("secret"));
  }

  @Test
  void whatIsHiddenIsNotRead() throws Exception {
    for (String attempt :
        new String[] {
          "cat %s/runs/run-2/secret",
          "ls %s/runs",
          "ln -s %s/runs/run-2/secret link && cat link",
          "ln %s/runs/run-2/secret hard && cat hard",
          "cat /proc/self/root%s/runs/run-2/secret",
          "cat /proc/$PPID/root%s/runs/run-2/secret",
          "cd %s/runs/run-2 && cat secret",
          "setsid env -i cat %s/runs/run-2/secret",
        }) {
      Outcome outcome = refused(attempt.formatted(folder));
      assertThat(outcome.headline())
          .startsWith("sh exited with code ")
          .endsWith("; perhaps confined, see confinement in the manifest");
    }
  }

  /** The folders of this server lie in the folder for temporary files, as those of many tests. */
  @Test
  void theHintSaysWhatHoldsOnThisServer() throws Exception {
    assumeThat(folder.toRealPath()).startsWith(Path.of("/tmp"));
    Outcome outcome = run("ls %s/runs".formatted(folder));

    assertThat(outcome.advice())
        .contains(
            "programs write to their workspace, TMPDIR, their run's and submission's folder, /var/tmp only")
        .contains("(not to /tmp, where folders of the server are)");
    assertThat(run("echo x >/tmp/mn-$$").ending()).isEqualTo(Ending.FAILED);
  }

  @Test
  void theServerIsOutOfReach() throws Exception {
    long server = ProcessHandle.current().pid();
    for (String attempt :
        new String[] {
          "cat /proc/%d/environ",
          "kill -0 %d",
          "kill -TERM %d",
          "readlink /proc/%d/fd/1",
          "dd if=/proc/%d/mem bs=1 count=1",
          "readlink /proc/%d/cwd",
          "python3 -c 'import ctypes; exit(ctypes.CDLL(None).ptrace(16, %d, 0, 0) == 0 or 1)'",
        }) {
      refused(attempt.formatted(server));
    }
  }

  /** Limits and priorities of the server; the mark by which what programs leave is found. */
  @Test
  void noOtherProcessIsChangedAndTheMarkStays() throws Exception {
    for (String attempt :
        new String[] {
          "prlimit --pid $PPID --core=0:0",
          "prlimit --pid $PPID --nofile=10:10",
          "renice -n 19 -p $PPID",
          "renice -n 1 -u $(id -u)",
          "ionice -c 3 -p $PPID",
          "ionice -c 2 -n 7 -u $(id -u)",
          "prlimit --rttime=7:7 true",
          "python3 -c 'import resource as r; r.setrlimit(15, (7, 7))'",
          "python3 -c 'import socket as s; s.socket(s.AF_PACKET, s.SOCK_RAW, s.htons(3))'",
        }) {
      assertThat(refused(attempt).stderr()).as(attempt).containsPattern("ot (permitted|allowed)");
    }
    Outcome own =
        run(
            "ulimit -n 100; ulimit -n; nice -n 3 ionice -c 3 nice; prlimit --core=0 sh -c 'ulimit -c'");
    assertThat(own.stdout()).as("%s", own).isEqualTo("100\n3\n0\n");
  }

  /** A program that fails and prints nothing that it got. */
  private Outcome refused(String script) throws Exception {
    Outcome outcome = run(script);
    assertThat(outcome.ending()).as("%s: %s", script, outcome).isEqualTo(Ending.FAILED);
    assertThat(outcome.stdout()).as(script).isEmpty();
    return outcome;
  }

  @Test
  void programsSignalTheirOwnChildrenAndTheServerSignalsThem() throws Exception {
    Outcome outcome = run("sleep 100 & kill %1 && wait; sleep 100 & kill -9 $! && echo done");
    assertThat(outcome.stdout()).isEqualTo("done\n");

    Execution execution = ExecutionSamples.shell("trap '' TERM; sleep 100");
    Heard heard = Heard.start(runner, execution);
    LocalExecutionsIT.until(() -> heard.signals().size() == 1);
    runner.stop(execution.executionId());
    assertThat(heard.outcome().ending()).isEqualTo(Ending.STOPPED);
  }

  @Test
  void noProgramGetsPrivileges() throws Exception {
    Outcome outcome = run("grep -E '^(NoNewPrivs|CapEff|CapPrm):' /proc/self/status");
    assertThat(outcome.stdout()).contains("NoNewPrivs:\t1");
    for (String line : outcome.stdout().split("\n")) {
      if (line.startsWith("Cap")) {
        long privileges = Long.parseUnsignedLong(line.split("\\s+")[1], 16);
        assertThat(privileges & (1L << 19 | 1L << 21 | 1L << 16 | 1L << 38)).as(line).isZero();
      }
    }
  }

  @Test
  void whatIsOffIsNotConfined() throws Exception {
    try (LocalExecutions free = ExecutionSamples.runner(folder, Mode.OFF)) {
      assertThat(free.confiner().report().state()).isEqualTo(State.OFF);
      assertThat(free.confiner().report().reason()).isEqualTo("executor.confine is off");
      assertThat(run(free, "cat %s/runs/run-2/secret".formatted(folder)).stdout())
          .isEqualTo("of another run");
    }
  }

  private Outcome run(String script) throws Exception {
    return run(runner, script);
  }

  private static Outcome run(LocalExecutions runner, String script) throws Exception {
    return Heard.start(runner, ExecutionSamples.shell(script)).outcome();
  }
}
