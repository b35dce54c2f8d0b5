package io.mirrorneuron.store.bucket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PackedJobTest {
  private static final PackedJob JOB =
      new PackedJob(
          "{\"job_id\":\"j\",\"status\":\"completed\",\"run_id\":\"run-j\"}",
          "mirror_neuron@here#1",
          2,
          "{\"seq\":1,\"type\":\"job_pending\"}\n{\"seq\":2,\"type\":\"job_completed\"}",
          "{\"graph_id\":\"Grüße 🌊\"}",
          Map.of("h", "{\"status\":\"completed\"}"));

  /** What the first version of the form wrote of {@link #JOB}. */
  private static final String OF_FORM_1 =
      "0134c101432a67b2c059084b618252726429d5b28930da4b338aa1ba2423b52855d9d008"
          + "6fa306476b056117d03948459d7bd1e13d87e7a72a7c98dfd3a5549b81b535580b00";

  @Test
  void whatIsPackedIsReadAgain() {
    assertThat(PackedJob.unpack(JOB.pack())).isEqualTo(JOB);
    PackedJob empty = new PackedJob("{}", "", 0, "", "", Map.of());
    assertThat(PackedJob.unpack(empty.pack())).isEqualTo(empty);
  }

  @Test
  void theRowIsReadFromWhatIsPackedAndFromWhatIsNot() {
    byte[] row = JOB.row().getBytes(StandardCharsets.UTF_8);

    assertThat(PackedJob.rowOf(JOB.pack())).isEqualTo(row);
    assertThat(PackedJob.rowOf(row)).isEqualTo(row);
    assertThat(PackedJob.is(row)).isFalse();
  }

  /** Fails when the dictionary is changed, as nobody could read then what is stored. */
  @Test
  void whatAnEarlierVersionPackedCanBeRead() {
    assertThat(PackedJob.unpack(HexFormat.of().parseHex(OF_FORM_1))).isEqualTo(JOB);
  }

  @Test
  void whatIsTooLargeIsNotPacked() {
    PackedJob large = new PackedJob("{}", "", 1, "x".repeat(1 << 20), "", Map.of());

    assertThat(large.pack()).isNull();
  }

  @Test
  void damageIsReported() {
    byte[] packed = JOB.pack();
    for (int length = 1; length < packed.length - 2; length++) { // the last say that it ends
      byte[] cut = Arrays.copyOf(packed, length);
      assertThatThrownBy(() -> PackedJob.unpack(cut)).isInstanceOf(IllegalArgumentException.class);
    }
    for (int place = 1; place < 12; place++) {
      byte[] other = packed.clone();
      other[place] ^= (byte) 0xff;
      try {
        assertThat(PackedJob.unpack(other)).isNotNull(); // it may also read as another job
      } catch (IllegalArgumentException e) {
        assertThat(e).hasMessageNotContaining("\0");
      }
    }
  }
}
