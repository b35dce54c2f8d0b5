package io.mirrorneuron.runtime.cluster;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.mirrorneuron.runtime.cluster.Hardware.Gpu;
import io.mirrorneuron.runtime.cluster.Hardware.Software;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * {@code system_profiler} of a Mac, which knows what is built in and nothing of its use. The chips
 * of Apple share the memory of the machine, so theirs is not known.
 */
final class AppleDisplays implements GpuTool {
  private static final String METAL = "metal";
  private static final Pattern VERSION = Pattern.compile("spdisplays_metal(\\d+)");
  private static final Pattern VENDOR =
      Pattern.compile(".*(apple|amd|nvidia|intel).*", Pattern.CASE_INSENSITIVE);

  @Override
  public String program() {
    return "system_profiler";
  }

  @Override
  public Duration keep() {
    return Duration.ofMinutes(10);
  }

  @Override
  public List<Gpu> ask(ToolRun run) throws IOException, InterruptedException {
    return read(run.output("SPDisplaysDataType", "-json"));
  }

  private record Profile(@JsonProperty("SPDisplaysDataType") List<Chip> chips) {}

  private record Chip(
      @JsonProperty("_name") String name,
      @JsonProperty("sppci_model") String model,
      @JsonProperty("spdisplays_vendor") String vendor,
      @JsonProperty("spdisplays_mtlgpufamilysupport") String metalVersion,
      @JsonProperty("spdisplays_metal") String metal,
      @JsonProperty("spdisplays_metalfamily") String metalFamily,
      @JsonProperty("spdisplays_vram") String memory) {

    /** Older macOS says in one member or another that it can do Metal. */
    boolean hasMetal() {
      return Stream.of(metalVersion, metal, metalFamily)
          .anyMatch(told -> told != null && !told.endsWith("notsupported"));
    }

    Gpu gpu(int index) {
      Matcher version = VERSION.matcher(metalVersion == null ? "" : metalVersion);
      Matcher maker = VENDOR.matcher(vendor == null ? "" : vendor);
      return new Gpu(
          "display-" + index,
          index,
          model == null ? name : model,
          new Software(
              maker.matches() ? maker.group(1).toLowerCase(Locale.ROOT) : null,
              METAL,
              null,
              METAL,
              version.matches() ? version.group(1) : null,
              Gpus.capabilities(METAL)),
          ToolAmounts.megabytes(memory),
          -1,
          -1,
          -1);
    }
  }

  /** Those that can compute by Metal. */
  static List<Gpu> read(String printed) throws IOException {
    List<Gpu> gpus = new ArrayList<>();
    for (Chip chip : PrintedJson.object(printed, Profile.class).chips()) {
      if (chip.hasMetal() && (chip.name() != null || chip.model() != null)) {
        gpus.add(chip.gpu(gpus.size()));
      }
    }
    return gpus;
  }
}
