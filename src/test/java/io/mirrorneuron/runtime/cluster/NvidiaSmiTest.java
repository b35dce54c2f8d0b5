package io.mirrorneuron.runtime.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NvidiaSmiTest {
  private static final Clock CLOCK = Clock.fixed(Instant.EPOCH, ZoneOffset.UTC);
  private static final Hardware.Software CUDA = Hardware.Software.cuda("550.54", "12.4");
  private static final String HEADING =
      "| NVIDIA-SMI 550.54    Driver Version: 550.54    CUDA Version: 12.4  |";
  private static final String LINE = "0, GPU-abc, NVIDIA RTX 4090, 550.54, 24564, 512, 24052, 7";

  @Test
  void itsTableIsUnderstood() {
    assertThat(NvidiaSmi.parse(LINE + "\nno such line\n1, GPU-d, Old, 1, 8, 1, 7, [N/A]\n", "12.4"))
        .containsExactly(
            new Hardware.Gpu("GPU-abc", 0, "NVIDIA RTX 4090", CUDA, 24564, 512, 24052, 0.07),
            new Hardware.Gpu("GPU-d", 1, "Old", Hardware.Software.cuda("1", "12.4"), 8, 1, 7, -1));
  }

  @Test
  void withoutTheProgramThereAreNoDevices(@TempDir Path empty) {
    assertThat(new NvidiaSmi(empty.toString(), CLOCK).known()).isEmpty();
    assertThat(new NvidiaSmi("", CLOCK).known()).isEmpty();
  }

  @Test
  void whoNeedsTheDevicesWaitsForTheProgram(@TempDir Path path) throws IOException {
    script(path, "#!/bin/sh\ntest $# = 0 && echo '" + HEADING + "' || echo '" + LINE + "'\n");
    NvidiaSmi smi = new NvidiaSmi(path.toString(), CLOCK);
    assertThat(smi.whenKnown())
        .extracting(gpu -> gpu.software().apiVersion())
        .containsExactly("12.4");
    assertThat(smi.known()).hasSize(1);
  }

  private static void script(Path folder, String text) throws IOException {
    Path program = folder.resolve("nvidia-smi");
    Files.writeString(program, text);
    assertThat(program.toFile().setExecutable(true)).isTrue();
  }
}
