package io.mirrorneuron.runtime.cluster;

import io.mirrorneuron.runtime.cluster.Hardware.Gpu;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/** Helpers about cards. Pure. */
final class Gpus {
  private Gpus() {}

  static Set<String> ids(List<Gpu> gpus) {
    return gpus.stream().map(Gpu::id).collect(Collectors.toSet());
  }

  /** The text, or null for the tools' placeholders for no value. */
  static String reported(String text) {
    return text == null || text.isBlank() || text.strip().equalsIgnoreCase("N/A")
        ? null
        : text.strip();
  }

  /** Known ones, in lower case, as demands name them. */
  static List<String> capabilities(String... words) {
    return Arrays.stream(words)
        .filter(word -> reported(word) != null)
        .map(word -> word.strip().toLowerCase(Locale.ROOT))
        .toList();
  }

  /** A vendor's tool and how to read it. Called by one thread at a time. */
  interface GpuTool {

    /** The name of the program. */
    String program();

    /** For how long an answer is valid at least. */
    Duration keep();

    /**
     * @throws IOException when it fails, or its output is not understood; the message is for people
     */
    List<Gpu> ask(ToolRun run) throws IOException, InterruptedException;

    interface ToolRun {
      /**
       * Runs the program and returns its output.
       *
       * @throws IOException when it fails or takes too long
       */
      String output(String... arguments) throws IOException, InterruptedException;
    }
  }
}
