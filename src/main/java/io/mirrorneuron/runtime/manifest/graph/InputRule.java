package io.mirrorneuron.runtime.manifest.graph;

import io.mirrorneuron.port.Validation;
import io.mirrorneuron.port.Validation.Location;
import io.mirrorneuron.wire.schema.LinearPattern;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * A rule that checks the input of a job before it starts.
 *
 * @param reported form for reports
 * @param place of the rule in the manifest
 * @param target the checked value; null when the rule names none
 * @param message of the author; null for the default
 * @param help advice of the author; null for the default
 */
record InputRule(
    Validation.Rule reported,
    Location place,
    Target target,
    String message,
    String help,
    Check check) {

  /**
   * @param isOfManifest whether it is a place in the manifest, not in the configuration
   * @param path with dots, or positions in brackets
   */
  record Target(boolean isOfManifest, String path) {
    String source() {
      return isOfManifest ? "manifest" : "config";
    }

    List<String> steps() {
      return List.of(path.split("[.\\[\\]]+")).stream().filter(step -> !step.isEmpty()).toList();
    }
  }

  sealed interface Check {
    /**
     * @param written the pattern as written
     * @param required whether there must be a value
     */
    record Text(String written, LinearPattern pattern, boolean required) implements Check {}

    /**
     * @param command the program and its arguments
     * @param variables by name; {@code $NAME} stands for a variable of the first node that has some
     */
    record Program(List<String> command, Map<String, String> variables, Duration limit)
        implements Check {}
  }
}
