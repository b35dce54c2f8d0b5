package io.mirrorneuron.runtime.manifest.graph;

import io.mirrorneuron.port.Validation;
import io.mirrorneuron.port.Validation.Location;
import io.mirrorneuron.wire.schema.LinearPattern;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * A rule by which the input of a job is checked before it starts.
 *
 * @param reported how reports call it
 * @param place of the rule in the manifest
 * @param target what it is about; null when it names nothing
 * @param message that its author wants to be told; null for the usual one
 * @param help what the author says can be done; null for the usual advice
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

  /** What must be so. */
  sealed interface Check {
    /**
     * @param written as its author wrote it
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
