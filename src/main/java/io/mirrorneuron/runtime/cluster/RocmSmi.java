package io.mirrorneuron.runtime.cluster;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.mirrorneuron.runtime.cluster.Hardware.Gpu;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * {@code rocm-smi}: cards of AMD, up to ROCm 7. Names of members changed from version to version.
 */
final class RocmSmi implements GpuTool {
  private static final Pattern CARD = Pattern.compile("card\\d{1,4}");

  private final Path rocm;

  /**
   * @param rocm where ROCm is installed, which knows its version
   */
  RocmSmi(Path rocm) {
    this.rocm = rocm;
  }

  @Override
  public String program() {
    return "rocm-smi";
  }

  @Override
  public Duration keep() {
    return Duration.ofSeconds(5);
  }

  @Override
  public List<Gpu> ask(ToolRun run) throws IOException, InterruptedException {
    return read(
        run.output(
            "--showproductname",
            "--showuniqueid",
            "--showbus",
            "--showuse",
            "--showmeminfo",
            "vram",
            "--showdriverversion",
            "--json"),
        AmdSoftware.version(rocm));
  }

  private record Cards(Map<String, Card> printed) {}

  private record Answer(Driver system) {}

  private record Driver(@JsonProperty("Driver version") String version) {}

  private record Card(
      @JsonProperty("Unique ID") String uniqueId,
      @JsonProperty("PCI Bus") String bus,
      @JsonProperty("Device Name") String deviceName,
      @JsonProperty("Card Series") String series,
      @JsonProperty("Card series") String olderSeries,
      @JsonProperty("GFX Version") String gfx,
      @JsonProperty("GPU use (%)") String use,
      @JsonProperty("VRAM Total Memory (B)") String total,
      @JsonProperty("VRAM Total Used Memory (B)") String used) {

    Gpu gpu(int index, String driver, String version) {
      long all = ToolAmounts.megabytesOfBytes(total);
      long taken = ToolAmounts.megabytesOfBytes(used);
      return new Gpu(
          AmdSoftware.id(uniqueId, bus, index),
          index,
          name(),
          AmdSoftware.of(driver, version, gfx),
          all,
          taken,
          all < 0 || taken < 0 ? -1 : all - taken,
          ToolAmounts.ratio(use));
    }

    private String name() {
      return Stream.of(series, olderSeries, deviceName)
          .filter(name -> Gpus.told(name) != null && !name.startsWith("0x"))
          .findFirst()
          .orElse("AMD GPU");
    }
  }

  /**
   * @param version of ROCm; null when it is not known
   */
  static List<Gpu> read(String printed, String version) throws IOException {
    Driver system = PrintedJson.object(printed, Answer.class).system();
    String driver = system == null ? null : system.version();
    Map<Integer, Card> cards = new TreeMap<>();
    PrintedJson.whole(printed, Cards.class)
        .printed()
        .forEach(
            (name, card) -> {
              if (CARD.matcher(name).matches()) {
                cards.put(Integer.parseInt(name.substring("card".length())), card);
              }
            });
    List<Gpu> gpus = new ArrayList<>();
    cards.forEach((index, card) -> gpus.add(card.gpu(index, driver, version)));
    return gpus;
  }
}
