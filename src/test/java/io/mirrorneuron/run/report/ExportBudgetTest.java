package io.mirrorneuron.run.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExportBudgetTest {
  private static final long MIB = 1 << 20;
  private static final long RESERVE = 64 * MIB;

  private boolean gone;
  private long free = 1L << 40;
  private final ExportBudget allowance =
      new ExportBudget(() -> gone, Path.of("exports"), () -> free, RESERVE);

  private static MnException refused(Runnable work) {
    return catchThrowableOfType(MnException.class, work::run);
  }

  @Test
  void aFileThatGrowsBeyondTheLimitEndsTheExport() {
    allowance.count(4L << 30);
    assertThat(refused(() -> allowance.count(1)).code()).isEqualTo(ErrorCode.TOO_LARGE);
  }

  @Test
  void roomOnTheDiskIsNeededBeforeAndKeptFree(@TempDir Path folder) throws Exception {
    Path file = Files.write(folder.resolve("f"), new byte[(int) MIB]);
    var files = new TreeMap<>(Map.of("f", file));
    free = RESERVE + MIB;
    allowance.expect("r", files);
    free--;
    MnException refused = refused(() -> allowance.expect("r", files));
    assertThat(refused.code()).isEqualTo(ErrorCode.STORAGE_FULL);
    assertThat(refused.error()).isEqualTo("storage_full");
    assertThat(refused).hasMessageContaining("1048576").hasMessageContaining("" + free);
  }

  @Test
  void aDiskThatFillsMeanwhileEndsTheExport() {
    allowance.count(MIB);
    free = MIB;
    assertThat(refused(() -> allowance.count(20 * MIB)).error()).isEqualTo("storage_full");
  }

  @Test
  void nobodyWaitsAnyMore() {
    allowance.count(1);
    gone = true;
    assertThat(refused(() -> allowance.count(1)).error()).isEqualTo("client_gone");
  }
}
