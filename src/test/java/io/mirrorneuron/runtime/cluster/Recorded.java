package io.mirrorneuron.runtime.cluster;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;

/** What tools print, below {@code src/test/resources/gpu}. */
final class Recorded {
  private Recorded() {}

  static String text(String file) {
    try (InputStream found = Recorded.class.getResourceAsStream("/gpu/" + file)) {
      return new String(Objects.requireNonNull(found, file).readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
