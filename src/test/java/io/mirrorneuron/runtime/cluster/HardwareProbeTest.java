package io.mirrorneuron.runtime.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.testing.TurnedClock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HardwareProbeTest {
  private final TurnedClock clock = new TurnedClock(Instant.parse("2026-01-01T00:00:00Z"));

  @Test
  void thisMachineHasSomething() {
    Hardware here = probe(Path.of("/proc"), Path.of("not-there/yet")).get();
    assertThat(here.cpu().logicalProcessors()).isPositive();
    assertThat(here.cpu().model()).isNotBlank();
    assertThat(here.memory().totalBytes()).isPositive();
    assertThat(here.memory().availableBytes()).isBetween(0L, here.memory().totalBytes());
    assertThat(here.disk().totalBytes()).isPositive();
    assertThat(here.gpus()).isEmpty();
  }

  @Test
  void theKernelSaysWhatIsAvailable(@TempDir Path proc) throws IOException {
    Files.writeString(
        proc.resolve("cpuinfo"),
        "processor\t: 0\nmodel name\t: Test CPU @ 2 GHz\nmodel name\t: b\n");
    Files.writeString(
        proc.resolve("meminfo"), "MemTotal:  100 kB\nMemFree: 1 kB\nMemAvailable:    64 kB\n");
    Hardware here = probe(proc, proc).get();
    assertThat(here.cpu().model()).isEqualTo("Test CPU @ 2 GHz");
    assertThat(here.memory().availableBytes()).isEqualTo(64 * 1024);
  }

  @Test
  void aMachineWithoutProcIsReadThroughTheJdk(@TempDir Path empty) {
    Hardware here = probe(empty, empty).get();
    assertThat(here.cpu().model()).isEqualTo(System.getProperty("os.arch"));
    assertThat(here.memory().availableBytes()).isPositive();
  }

  @Test
  void aReadingIsKeptForASecond(@TempDir Path proc) throws IOException {
    HardwareProbe probe = probe(proc, proc);
    Files.writeString(proc.resolve("meminfo"), "MemAvailable: 1 kB\n");
    assertThat(probe.get().memory().availableBytes()).isEqualTo(1024);
    Files.writeString(proc.resolve("meminfo"), "MemAvailable: 2 kB\n");
    clock.turn(Duration.ofSeconds(1));
    assertThat(probe.get().memory().availableBytes()).isEqualTo(1024);
    clock.turn(Duration.ofMillis(1));
    assertThat(probe.get().memory().availableBytes()).isEqualTo(2048);
  }

  private HardwareProbe probe(Path proc, Path data) {
    return new HardwareProbe(proc, data, List::of, clock);
  }
}
