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
 * What the rules of a submission look at.
 *
 * @param config values by name; null when what should be the configuration is none
 * @param variables of the first node that has some
 */
record InputDocument(ObjectNode manifest, ObjectNode config, Map<String, String> variables) {
  /** The variable in which nodes carry the configuration of their blueprint. */
  static final String CONFIG = "MN_BLUEPRINT_CONFIG_JSON";

  /** The variable that names a file with it. */
  static final String CONFIG_FILE = "MN_BLUEPRINT_CONFIG_FILE";

  /** Where a launch notes it. */
  private static final String LAUNCHED = "/metadata/blueprint_config";

  /**
   * @param configJson what the door knows of the configuration, a JSON object; null when it knows
   *     none: then it is what a launch noted in the manifest, else what the nodes carry, else
   *     nothing. Inputs that the manifest declares are beside it
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

  /** Of nodes, wherever the form of the manifest has them. */
  private static List<ObjectNode> environments(ObjectNode manifest) {
    return manifest.properties().stream()
        .filter(member -> !member.getKey().equals("metadata"))
        .flatMap(member -> member.getValue().findValues("environment").stream())
        .filter(ObjectNode.class::isInstance)
        .map(ObjectNode.class::cast)
        .toList();
  }

  /** What stands at a place; null when nothing does. */
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

  /** Whether the author of the manifest calls secret what stands at a place. */
  boolean isSecret(Target target) {
    MarkedSecrets secrets = MarkedSecrets.of(manifest);
    return target.isOfManifest()
        ? secrets.isOfManifest(target.steps())
        : secrets.isOfConfig(target.steps())
            || secrets.isOfConfig(
                Stream.concat(Stream.of(NamedInputs.MEMBER), target.steps().stream()).toList());
  }

  /** As patterns see it: JSON, but for the quotes of a text. */
  static String text(JsonNode value) {
    return value.isContainerNode() ? value.toString() : value.asText();
  }
}
