package io.mirrorneuron.blueprint.bundle;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import java.util.Map;

/**
 * What can be asked before a launch, as a JSON Schema (2020-12) of an object: its properties are
 * what a launch takes as {@code inputs}.
 *
 * @param properties by name of an input or path into the configuration, in the order of asking; the
 *     default of each is what counts without an answer
 * @param required names without which nothing can be launched
 */
public record BlueprintForm(
    String type,
    String title,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) String description,
    Map<String, Map<String, Object>> properties,
    List<String> required,
    @JsonProperty("additionalProperties") boolean additionalProperties) {

  /**
   * What was answered before a launch.
   *
   * @param inputs values of inputs of the manifest, by name
   * @param config values of the configuration
   */
  record FormAnswers(Map<String, Object> inputs, Map<String, Object> config) {}
}
