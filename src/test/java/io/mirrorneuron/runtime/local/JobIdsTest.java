package io.mirrorneuron.runtime.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JobIdsTest {

  @ParameterizedTest
  @CsvSource({
    "sdk_probe,sdk_probe",
    "My Graph/v1.2,my-graph-v1.2",
    "../../etc,etc",
    "-.a.-,a",
    "Größe,gr-e",
    "///,job",
    "a b  c,a-b-c"
  })
  void slugsAreSafeInFileNamesAndUrls(String graphId, String slug) {
    assertThat(JobIds.slug(graphId)).isEqualTo(slug);
  }

  @Test
  void slugsAreShort() {
    assertThat(JobIds.slug("x".repeat(500))).hasSize(60);
    assertThat(JobIds.slug("x".repeat(59) + ".y")).isEqualTo("x".repeat(59));
  }

  @Test
  void jobIdsNameGraphAndTime() {
    assertThat(JobIds.jobId("Demo", 1_780_000_000_000L, "0123456789ab"))
        .isEqualTo("demo-1780000000000-0123456789ab");
  }

  @Test
  void jobIdsNeedTwelveHexDigits() {
    assertThatIllegalArgumentException().isThrownBy(() -> JobIds.jobId("g", 1, "xyz"));
  }
}
