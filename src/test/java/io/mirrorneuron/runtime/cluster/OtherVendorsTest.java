package io.mirrorneuron.runtime.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mirrorneuron.runtime.cluster.GpuTools.AppleDisplays;
import io.mirrorneuron.runtime.cluster.GpuTools.RocmSmi;
import io.mirrorneuron.runtime.cluster.Hardware.Gpu;
import io.mirrorneuron.runtime.cluster.Hardware.Software;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OtherVendorsTest {
  @Test
  void rocmSmiTellsCardsByTheirOwnNumbers() throws Exception {
    List<Gpu> gpus = RocmSmi.read(Recorded.text("rocm-smi-mi100-rocm602.json"), "6.0.2");
    assertThat(gpus)
        .extracting(Gpu::id)
        .containsExactly(
            "GPU-79ccd55167a2124a",
            "GPU-04edfb117a17a07d",
            "GPU-d4a9ec48d03d261d",
            "GPU-1b9dd972253c3736");
    assertThat(gpus.get(1))
        .isEqualTo(
            new Gpu(
                "GPU-04edfb117a17a07d",
                1,
                "Arcturus GL-XL [Instinct MI100]",
                new Software("amd", "rocm", "6.3.6", "rocm", "6.0.2", List.of("rocm", "hip")),
                32_752,
                6,
                32_746,
                0));
  }

  @Test
  void aCardWithoutANumberGoesByItsPlace() throws Exception {
    Gpu gpu = RocmSmi.read(Recorded.text("rocm-smi-rx6700xt-rocm612.json"), null).getFirst();
    assertThat(gpu.id()).isEqualTo("0000:07:00.0");
    assertThat(gpu.name()).isEqualTo("Navi 22 [Radeon RX 6700/6700 XT / 6800M]");
    assertThat(gpu.software().capabilities()).containsExactly("rocm", "hip", "gfx1031");
    assertThat(gpu.usedMegabytes()).isEqualTo(1499);
  }

  @Test
  void aNameThatIsANumberIsNone() throws Exception {
    Gpu gpu = RocmSmi.read(Recorded.text("rocm-smi-rx6700xt-rocm430.json"), null).getFirst();
    assertThat(gpu.name()).isEqualTo("AMD GPU");
    assertThat(gpu.totalMegabytes()).isEqualTo(12_272);
  }

  @Test
  void warningsBeforeTheDocumentAreSkipped() throws Exception {
    String warned =
        "\n\nWARNING: AMD GPU device(s) is/are in a low-power state. Check power control/runtime_status\n\n"
            + Recorded.text("rocm-smi-rx6700xt-rocm612.json");
    assertThat(RocmSmi.read(warned, null)).hasSize(1);
    assertThat(RocmSmi.read("{}", null)).isEmpty();
    assertThat(RocmSmi.read("{\"card0\":null,\"card1\":{},\"system\":1}", null)).hasSize(1);
  }

  @Test
  void amdSmiIsReadInBothItsForms() throws Exception {
    List<Gpu> gpus =
        AmdSmi.read(
            Recorded.text("amd-smi-static-mi300x.json"),
            Recorded.text("amd-smi-metric-mi300x.json"),
            "6.4.1");
    assertThat(gpus)
        .containsExactly(
            new Gpu(
                "GPU-6f1f0a2b3c4d5e6f",
                0,
                "AMD Instinct MI300X",
                mi300x(),
                196_592,
                17_153,
                179_439,
                0.94),
            new Gpu("0000:A3:00.0", 1, "AMD Instinct MI300X", mi300x(), 196_592, -1, -1, -1));

    Gpu newer = AmdSmi.read(Recorded.text("amd-smi-static-mi350x.json"), "[]", null).getFirst();
    assertThat(newer.name()).isEqualTo("AMD Instinct MI350X");
    assertThat(newer.id()).isEqualTo("0000:05:00.0");
    assertThat(newer.totalMegabytes()).isNegative();
    assertThat(newer.software().capabilities()).contains("gfx950");
  }

  private static Software mi300x() {
    return new Software(
        "amd", "rocm", "6.19.14", "rocm", "6.4.1", List.of("rocm", "hip", "gfx942"));
  }

  @Test
  void theVersionOfRocmIsThatOfItsInstallation(@TempDir Path rocm) throws IOException {
    assertThat(AmdSoftware.version(rocm)).isNull();
    Files.createDirectory(rocm.resolve(".info"));
    Files.writeString(rocm.resolve(".info/version"), "6.0.2-115\n");
    assertThat(AmdSoftware.version(rocm)).isEqualTo("6.0.2");
  }

  @Test
  void aChipOfAppleSpeaksMetal() throws Exception {
    assertThat(AppleDisplays.read(Recorded.text("system-profiler-m3-pro.json")))
        .containsExactly(apple("Apple M3 Pro", "3"));
    assertThat(AppleDisplays.read(Recorded.text("system-profiler-m1.json")))
        .containsExactly(apple("Apple M1", null));
  }

  @Test
  void aChipWithoutMetalIsNoDevice() throws Exception {
    assertThat(
            AppleDisplays.read(
                """
                {"SPDisplaysDataType": [{"_name": "Display", "spdisplays_metal": "spdisplays_notsupported"},
                  {"_name": "Display"}, 7]}
                """))
        .isEmpty();
  }

  private static Gpu apple(String name, String version) {
    return new Gpu(
        "display-0",
        0,
        name,
        new Software("apple", "metal", null, "metal", version, List.of("metal")),
        -1,
        -1,
        -1,
        -1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "Traceback (most recent call last):", "{\"card0\":", "[]"})
  void garbageIsAFailure(String garbage) {
    assertThatThrownBy(() -> RocmSmi.read(garbage, null)).isInstanceOf(IOException.class);
    assertThatThrownBy(() -> AppleDisplays.read(garbage)).isInstanceOf(IOException.class);
  }
}
