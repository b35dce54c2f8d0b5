package io.mirrorneuron.runtime.manifest.graph;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.runtime.manifest.graph.InputRule.Target;
import io.mirrorneuron.wire.Json;
import io.mirrorneuron.wire.MarkedSecrets;
import io.mirrorneuron.wire.NamedInputs;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The document that the rules of a submission check.
 *
 * @param config values by name; null when the configuration is no object
 * @param variables of the first node that has some
 */
record InputDocument(ObjectNode manifest, ObjectNode config, Map<String, String> variables) {
  /** The variable in which nodes carry the configuration of their blueprint. */
  static final String CONFIG = "MN_BLUEPRINT_CONFIG_JSON";

  /** The variable that names a file with it. */
  static final String CONFIG_FILE = "MN_BLUEPRINT_CONFIG_FILE";

  /** Where a launch stores it. */
  private static final String LAUNCHED = "/metadata/blueprint_config";

  /**
   * @param configJson the configuration as the endpoint knows it, a JSON object; null for none:
   *     then the configuration that a launch stored in the manifest, else the one that nodes carry,
   *     else nothing. Inputs that the manifest declares are beside it
   */
  static InputDocument of(ObjectNode manifest, String configJson) {
    List<ObjectNode> environments = environments(manifest);
    String reported = configJson == null ? carried(manifest, environments) : configJson;
    ObjectNode config = NamedInputs.values(manifest);
    if (reported != null) {
      ObjectNode known = object(reported);
      config = known == null ? null : config.setAll(known);
    }
    if (config != null) {
      config.setAll(NamedInputs.given(manifest));
    }
    Map<String, String> variables = new LinkedHashMap<>();
    environments.stream()
        .limit(1)
        .flatMap(one -> one.properties().stream())
        .forEach(one -> variables.put(one.getKey(), text(one.getValue())));
    return new InputDocument(manifest, config, variables);
  }

  /** Null when the manifest has none. */
  private static String carried(ObjectNode manifest, List<ObjectNode> environments) {
    JsonNode noted = manifest.at(LAUNCHED);
    return noted.isObject()
        ? noted.toString()
        : environments.stream()
            .filter(one -> one.hasNonNull(CONFIG))
            .map(one -> text(one.get(CONFIG)))
            .findFirst()
            .orElse(null);
  }

  private static ObjectNode object(String json) {
    try {
      return Json.parse(json) instanceof ObjectNode object ? object : null;
    } catch (JsonProcessingException e) {
      return null;
    }
  }

  /** Of nodes, wherever the manifest's form has them. */
  private static List<ObjectNode> environments(ObjectNode manifest) {
    return manifest.properties().stream()
        .filter(member -> !member.getKey().equals("metadata"))
        .flatMap(member -> member.getValue().findValues("environment").stream())
        .filter(ObjectNode.class::isInstance)
        .map(ObjectNode.class::cast)
        .toList();
  }

  /** The value at a place, or null. */
  JsonNode at(Target target) {
    JsonNode found = target.isOfManifest() ? manifest : config;
    for (String step : target.steps()) {
      found =
          found.isArray() && step.matches("\\d{1,9}")
              ? found.get(Integer.parseInt(step))
              : found.get(step);
      if (found == null) {
        return null;
      }
    }
    return found.isNull() ? null : found;
  }

  /** Whether the author of the manifest marked the value as secret. */
  boolean isSecret(Target target) {
    MarkedSecrets secrets = MarkedSecrets.of(manifest);
    return target.isOfManifest()
        ? secrets.isOfManifest(target.steps())
        : secrets.isOfConfig(target.steps())
            || secrets.isOfConfig(
                Stream.concat(Stream.of(NamedInputs.MEMBER), target.steps().stream()).toList());
  }

  /** The text that patterns match: JSON, but a string without quotes. */
  static String text(JsonNode value) {
    return value.isContainerNode() ? value.toString() : value.asText();
  }
}
