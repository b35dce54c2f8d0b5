package io.mirrorneuron.config;

import com.fasterxml.jackson.databind.JsonNode;
import io.mirrorneuron.wire.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/**
 * Reads the files under {@code $MN_HOME} that settings come from. What is absent reads as empty.
 */
final class HomeFiles {
  private HomeFiles() {}

  /** The trimmed text of a file; empty when it cannot be read. */
  static String content(Path file) {
    try {
      return Files.readString(file).trim();
    } catch (IOException e) {
      return "";
    }
  }

  /** {@code KEY=VALUE} lines of the persisted settings; {@code #} starts a comment; no quoting. */
  static Map<String, String> persisted(Path home) {
    Map<String, String> values = new HashMap<>();
    for (String line : content(home.resolve("docker-compose.env")).split("\\R")) {
      int equals = line.indexOf('=');
      if (equals > 0 && !line.stripLeading().startsWith("#")) {
        values.put(line.substring(0, equals).trim(), line.substring(equals + 1).trim());
      }
    }
    return values;
  }

  /** What the running server of this home says about itself. */
  static JsonNode running(Path home) {
    String text = content(home.resolve("runtime-endpoints.json"));
    try {
      return text.isEmpty() ? Json.object() : Json.parse(text);
    } catch (IOException e) {
      return Json.object();
    }
  }
}
