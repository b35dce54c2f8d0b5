package io.mirrorneuron.runtime.cluster;

import io.mirrorneuron.runtime.cluster.Hardware.Software;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Shared by the readers of AMD's tools. */
final class AmdSoftware {
  private static final String ROCM = "rocm";
  private static final Pattern VERSION = Pattern.compile("(\\d+(\\.\\d+)*).*", Pattern.DOTALL);
  private static final Pattern UNIQUE = Pattern.compile("(?:0x)?(\\p{XDigit}{1,16})");
  private static final int DIGITS = 16;

  private AmdSoftware() {}

  /**
   * @param gfx instruction set, as {@code gfx942}, which demands may name; may be null
   */
  static Software of(String driver, String version, String gfx) {
    return new Software(
        "amd", ROCM, Gpus.reported(driver), ROCM, version, Gpus.capabilities(ROCM, "hip", gfx));
  }

  /** The version of an installation of ROCm; null when there is none. */
  static String version(Path rocm) {
    try {
      Matcher version = VERSION.matcher(Files.readString(rocm.resolve(".info/version")));
      return version.matches() ? version.group(1) : null;
    } catch (IOException e) {
      return null;
    }
  }

  /**
   * The id of a card as in the ROCm runtime; cards without a number of their own use their place.
   */
  static String id(String uniqueId, String bus, int index) {
    Matcher unique = UNIQUE.matcher(uniqueId == null ? "" : uniqueId);
    if (unique.matches()) {
      String digits = unique.group(1).toLowerCase(Locale.ROOT);
      return "GPU-" + "0".repeat(DIGITS - digits.length()) + digits;
    }
    return Gpus.reported(bus) == null ? "card" + index : bus;
  }
}
