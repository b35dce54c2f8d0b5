package io.mirrorneuron.runtime.exec.spawn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** All forms keep the same promises, save the output of late children. */
@ParameterizedClass
@EnumSource
class SpawnerIT {
  enum Form {
    DIRECT {
      @Override
      Spawner open() {
        assumeThat(DirectStart.isAvailable()).isTrue();
        return new PosixSpawner(new LimitMark("spawner-test"), true);
      }
    },
    POSIX {
      @Override
      Spawner open() {
        return new PosixSpawner(new LimitMark("spawner-test"), false);
      }
    },
    JDK {
      @Override
      Spawner open() {
        return new JdkSpawner();
      }
    };

    abstract Spawner open();
  }

  @Parameter Form form;

  @Test
  void streamsAreSeparateAndTheExitCodeIsTheProgramsOwn() throws Exception {
    EndedProgram ended = run("echo out; echo err >&2; cat; exit 7");

    assertThat(ended.out).hasToString("out\n");
    assertThat(ended.err).hasToString("err\n");
    assertThat(ended.exitCode()).isEqualTo(7);
  }

  @Test
  void theProgramLeadsASessionInTheRightFolderWithOnlyItsEnvironment() throws Exception {
    EndedProgram ended =
        run("ps -o pid=,pgid=,sid= -p $$; pwd; env | grep -v '^PWD\\|^SHLVL\\|^_='");

    String[] lines = ended.out.toString().split("\n");
    assertThat(lines[0].strip().split(" +")).containsOnly(Integer.toString(ended.pid()));
    assertThat(lines).endsWith("/usr", "A=b c");
  }

  @Test
  void aSignalReachesTheWholeGroup() throws Exception {
    try (Spawner spawner = form.open()) {
      var watcher = new EndedProgram();
      Spawner.Child child =
          spawner.spawn(shell("sleep 100 & sleep 100 & echo ready; wait"), watcher);
      until(() -> watcher.out.toString().equals("ready\n"));
      assertThat(new ProcessTable().inGroups(Set.of(child.pid()))).hasSize(3);
      assertThat(child.isGroupAlive()).isTrue();

      assertThat(child.signal(Spawner.Signal.KILL)).isTrue();

      watcher.awaitEnd();
      assertThat(child.reap().exitCode()).isEqualTo(128 + 9);
      until(() -> new ProcessTable().inGroups(Set.of(child.pid())).isEmpty());
      until(() -> !child.signal(Spawner.Signal.TERM));
      child.close();
    }
  }

  @Test
  void whatCannotBeStartedIsSaid() {
    try (Spawner spawner = form.open()) {
      var program =
          new Program(
              Path.of("/no/such"), List.of("such"), Map.of(), Path.of("/no/folder"), Domain.NONE);
      assertThatThrownBy(() -> spawner.spawn(program, new EndedProgram()))
          .isInstanceOf(IOException.class);
    }
  }

  /** Between its end and the moment in which nobody looks at it any more. */
  @Test
  void aProgramThatIsGoneHidesNoProcessThatItLeft() throws Exception {
    assumeThat(form).isNotEqualTo(Form.JDK);
    ProcessTable processes = new ProcessTable();
    EndedProgram ended = new EndedProgram();
    Adoption.begin();
    try (Spawner spawner = form.open();
        Spawner.Child child =
            spawner.spawn(shell("setsid --fork sleep 60 >/dev/null 2>&1"), ended)) {
      ended.awaitEnd();
      child.reap();

      until(() -> !Adoption.orphans(processes).isEmpty());
      for (int orphan : Adoption.orphans(processes)) {
        ProcessHandle.of(orphan).ifPresent(ProcessHandle::destroyForcibly);
      }
      until(() -> Adoption.orphans(processes).isEmpty());
    } finally {
      Adoption.end();
    }
  }

  private EndedProgram run(String script) throws Exception {
    try (Spawner spawner = form.open()) {
      return EndedProgram.of(spawner, shell(script));
    }
  }

  private static Program shell(String script) {
    return new Program(
        Path.of("/bin/sh"),
        List.of("sh", "-c", script),
        Map.of("A", "b c"),
        Path.of("/usr"),
        Domain.NONE);
  }

  private static void until(java.util.function.BooleanSupplier condition) {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("deadline").isLessThan(deadline);
      LockSupport.parkNanos(1_000_000);
    }
  }
}
