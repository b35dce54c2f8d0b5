package io.mirrorneuron.runtime.exec.spawn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** How confined programs begin without the help of the C library: alike. */
class DirectStartIT extends LauncherIT {
  @Override
  Spawner spawner() {
    assumeThat(DirectStart.isAvailable()).isTrue();
    return new PosixSpawner(new LimitMark("direct-start-it"), true);
  }

  @Test
  void aProgramBeginsWithItsLimitsAndWithoutAShell() throws Exception {
    var program =
        new Program(
            Path.of("/bin/cat"),
            List.of("cat", "/proc/self/limits"),
            Map.of(),
            Path.of("/"),
            Domain.NONE);

    EndedProgram ended =
        EndedProgram.of(
            spawner,
            program.with(List.of(new Program.Limit(7, 64, 64), new Program.Limit(0, 10, 12))));

    assertThat(ended.printed())
        .anyMatch(line -> line.matches("Max open files +64 +64 .*"))
        .anyMatch(line -> line.matches("Max cpu time +10 +12 .*"));
  }

  @Test
  void aProgramHasNoSignalIgnoredOrBlocked() throws Exception {
    EndedProgram ended =
        EndedProgram.of(
            spawner,
            new Program(
                Path.of("/bin/cat"),
                List.of("cat", "/proc/self/status"),
                Map.of(),
                Path.of("/"),
                Domain.NONE));

    assertThat(ended.printed()).contains("SigBlk:\t0000000000000000", "SigIgn:\t0000000000000000");
  }
}
