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

  @Test
  void aContainerHasWhatItMayUse(@TempDir Path proc) throws IOException {
    write(proc, "self/cgroup", "0::/box\n");
    write(proc, "meminfo", "MemAvailable: 9000000 kB\n");
    write(
        proc,
        "stat",
        "cpu  1 2\ncpu0 1\ncpu1 1\ncpu2 1\ncpu63 1\nintr 7\n" + "cpu9 1\n".repeat(99));
    write(proc, "groups/box/memory.max", "104857600\n");
    write(proc, "groups/box/memory.current", "94371840\n");
    write(proc, "groups/box/memory.stat", "anon 5\ninactive_file 20971520\n");
    write(proc, "groups/box/cpu.max", "50000 100000\n");

    Hardware here = probe(proc, proc).get();

    assertThat(here.memory()).isEqualTo(new Hardware.Memory(100 << 20, 30 << 20));
    assertThat(here.cpu().logicalProcessors()).isEqualTo(1);
    assertThat(here.cpu().machineProcessors()).isEqualTo(103);
    assertThat(here.cpu().loadRatio()).isEqualTo(here.cpu().loadAverage1m() / 103);
  }

  static void write(Path root, String file, String text) throws IOException {
    Path path = root.resolve(file);
    Files.createDirectories(path.getParent());
    Files.writeString(path, text);
  }

  private HardwareProbe probe(Path proc, Path data) {
    return new HardwareProbe(proc, proc.resolve("groups"), data, GpuInventory.of(List.of()), clock);
  }
}
