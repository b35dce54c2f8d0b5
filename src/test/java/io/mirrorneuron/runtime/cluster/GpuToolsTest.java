package io.mirrorneuron.runtime.cluster;

import static io.mirrorneuron.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.runtime.cluster.GpuTools.NvidiaSmi;
import io.mirrorneuron.runtime.cluster.GpuTools.ToolInventory;
import io.mirrorneuron.runtime.cluster.GpuTools.ToolProcess;
import io.mirrorneuron.testing.TurnedClock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Programs that print what was recorded, run for real. */
class GpuToolsTest {
  private final TurnedClock clock = new TurnedClock(Instant.parse("2026-01-01T00:00:00Z"));
  @TempDir Path path;

  @Test
  void withoutAToolThereIsNoCard() {
    GpuTools none = GpuTools.on(path.toString(), clock);
    assertThat(none.whenKnown()).isEmpty();
    assertThat(none.problems()).isEmpty();
    assertThat(GpuTools.on("", clock).known()).isEmpty();
  }

  @Test
  void theCardsOfAllToolsAreTold() throws IOException {
    prints("nvidia-smi", "nvidia-smi-q-x-h100-8.xml");
    prints("rocm-smi", "rocm-smi-mi100-rocm602.json");
    prints("amd-smi", "amd-smi-static-mi300x.json");
    prints("system_profiler", "system-profiler-m3-pro.json");
    GpuTools tools = GpuTools.on(path.toString(), clock);
    assertThat(tools.whenKnown()).hasSize(8 + 4 + 1);
    assertThat(tools.known()).hasSize(13);
    assertThat(tools.problems()).isEmpty();
  }

  @Test
  void amdSmiIsAskedWhereRocmSmiIsNot() throws IOException {
    prints("amd-smi", "amd-smi-static-mi300x.json");
    assertThat(GpuTools.on(path.toString(), clock).whenKnown()).hasSize(2);
  }

  @Test
  void aBrokenToolSaysWhyAndHasNoCards() throws IOException {
    script("nvidia-smi", "cat " + recorded("nvidia-smi-driver-missing.txt") + "; exit 9");
    GpuTools tools = GpuTools.on(path.toString(), clock);
    assertThat(tools.whenKnown()).isEmpty();
    assertThat(tools.problems())
        .singleElement()
        .asString()
        .startsWith("nvidia-smi reports no cards: it ended with 9: NVIDIA-SMI has failed because");

    prints("nvidia-smi", "nvidia-smi-q-x-h100-8.xml");
    clock.turn(Duration.ofSeconds(6));
    eventually("it is asked again", () -> asked(tools).known().size() == 8);
  }

  @Test
  void oneBadMomentKeepsTheCardsAndALongOneDoesNot() throws IOException {
    prints("nvidia-smi", "nvidia-smi-q-x-h100-8.xml");
    GpuTools tools = GpuTools.on(path.toString(), clock);
    assertThat(tools.whenKnown()).hasSize(8);

    script("nvidia-smi", "cat " + recorded("nvidia-smi-card-lost.txt") + "; exit 15");
    clock.turn(Duration.ofSeconds(6));
    eventually("the failure is told", () -> asked(tools).problems().size() == 1);
    assertThat(tools.known()).hasSize(8);
    clock.turn(Duration.ofMinutes(2));
    eventually("they are gone", () -> asked(tools).known().isEmpty());

    prints("nvidia-smi", "nvidia-smi-q-x-h100-8.xml");
    clock.turn(Duration.ofMinutes(2));
    eventually("they are back", () -> asked(tools).known().size() == 8);
    assertThat(tools.problems()).isEmpty();
  }

  private static GpuInventory asked(GpuInventory tools) {
    tools.known();
    return tools;
  }

  @Test
  void aSlowToolKeepsNobodyWaitingAndIsStartedOnce() throws IOException {
    Path started = path.resolve("started");
    Path end = path.resolve("end");
    script(
        "nvidia-smi",
        "echo x >> %s; until [ -e %s ]; do sleep 0.02; done; cat %s"
            .formatted(started, end, recorded("nvidia-smi-q-x-h100-8.xml")));
    ToolInventory slow = nvidiaSmi(Duration.ofMinutes(1));
    for (int i = 0; i < 1000; i++) {
      assertThat(slow.known()).isEmpty();
    }
    Files.createFile(end); // who had waited for the tool would not have come here
    assertThat(slow.whenKnown()).hasSize(8);
    assertThat(slow.problems()).isEmpty();
    assertThat(Files.readString(started)).isEqualTo("x\n");
  }

  @Test
  void aToolThatDoesNotAnswerIsGivenUpAndStartedOnce() throws IOException {
    Path started = path.resolve("started");
    script("nvidia-smi", "echo x >> " + started + "; exec sleep 60");
    ToolInventory slow = nvidiaSmi(Duration.ofMillis(300));
    eventually("it is given up", () -> !slow.problems().isEmpty());
    assertThat(slow.whenKnown()).isEmpty();
    assertThat(slow.problems())
        .containsExactly("nvidia-smi reports no cards: it did not answer in 0 seconds");
    assertThat(Files.readString(started)).isEqualTo("x\n");
  }

  /**
   * @param patience with the program
   */
  private ToolInventory nvidiaSmi(Duration patience) {
    ToolProcess process = new ToolProcess(path.resolve("nvidia-smi"), patience);
    return new ToolInventory(new NvidiaSmi(clock), process, patience.plusSeconds(30), clock);
  }

  @Test
  void aToolThatPrintsWithoutEndIsStopped() throws IOException {
    script("nvidia-smi", "exec yes");
    GpuTools tools = GpuTools.on(path.toString(), clock);
    assertThat(tools.whenKnown()).isEmpty();
    assertThat(tools.problems().getFirst()).contains("it prints more than");
  }

  private void prints(String program, String file) throws IOException {
    script(program, "cat " + recorded(file));
  }

  private Path recorded(String file) throws IOException {
    return Files.writeString(path.resolve(file), Recorded.text(file));
  }

  private void script(String name, String text) throws IOException {
    Path program = path.resolve(name);
    Path next = Files.writeString(path.resolve("next"), "#!/bin/sh\n" + text + "\n");
    assertThat(next.toFile().setExecutable(true)).isTrue();
    Files.move(next, program, StandardCopyOption.REPLACE_EXISTING);
  }
}
