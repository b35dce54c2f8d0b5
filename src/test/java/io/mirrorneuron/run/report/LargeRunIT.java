package io.mirrorneuron.run.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.testing.Proof;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Memory does not grow with the run. */
@Proof.Limits
class LargeRunIT {
  @TempDir Path folder;

  @Test
  void aRunOfHundredMebibytesIsExportedAndCheckedInASmallHeap() throws Exception {
    Process program =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx48m",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                SmallHeap.class.getName(),
                folder.toString(),
                "100",
                "50000")
            .redirectErrorStream(true)
            .start();
    String said = new String(program.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

    assertThat(program.waitFor(1, TimeUnit.MINUTES)).isTrue();
    assertThat(said).startsWith("null 50013 ");
    assertThat(Long.parseLong(said.strip().split(" ")[2])).isGreaterThan(100 << 20);
  }
}
