package io.mirrorneuron.models;

import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.models.ModelQueries.Compatibility;
import io.mirrorneuron.models.NodeFacts.Card;
import io.mirrorneuron.port.ModelsPort.ModelFit;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The hardware table: which node runs which model, and when only by force. */
class CompatibilityTest {

  @ParameterizedTest
  @CsvSource({
    "gemma4:e2b, metal, 16384, 16384, pass, metal",
    "gemma4:e2b, metal, 8192, 8192, fail, metal",
    "gemma4:e2b, cuda, 8192, 4096, pass, cuda",
    "gemma4:e2b, cuda, 6144, 65536, fail, cuda",
    "gemma4:e2b, cuda, 0, 65536, warning, cuda",
    "gemma4:e2b, rocm, 8192, 4096, warning, rocm",
    "gemma4:e2b, rocm, 4096, 4096, fail, rocm",
    "gemma4:e2b, '', 0, 32768, force, cpu",
    "gemma4:e2b, '', 0, 4096, fail, cpu",
    "gemma4:e2b, '', 0, 0, unknown,",
    "smollm2, '', 0, 2048, pass, cpu"
  })
  void aNodeIsJudged(
      String id, String driver, long card, long memory, String status, String accelerator) {
    CatalogEntry model = new ModelCatalog(Path.of("/none")).look().find(id).orElseThrow();
    List<Card> cards = driver.isEmpty() ? List.of() : List.of(new Card("v", driver, card));

    ModelFit fit = Compatibility.of(model, new NodeFacts("n", "linux", memory, cards));

    assertThat(fit.status()).isEqualTo(status);
    assertThat(fit.accelerator()).isEqualTo(accelerator);
    boolean ok = status.equals("pass") || status.equals("warning");
    assertThat(fit.ok()).isEqualTo(ok);
    assertThat(fit.forceRequired()).isEqualTo(!ok && !status.equals("unknown"));
    assertThat(fit.message()).isNotBlank();
    assertThat(fit.warnings()).hasSize(status.equals("warning") ? 1 : 0);
    assertThat(fit.help() == null).isEqualTo(status.equals("pass") || status.equals("unknown"));
  }
}
