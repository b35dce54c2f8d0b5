package io.mirrorneuron.runtime.manifest.shorthand;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.runtime.manifest.reading.ManifestValue;
import io.mirrorneuron.runtime.manifest.reading.Shape;
import io.mirrorneuron.runtime.manifest.reading.Written;
import io.mirrorneuron.wire.Json;
import java.util.List;
import java.util.Map;

/**
 * {@code defaults}: members that the {@code config} of every executor gets unless it has them.
 * Variables of {@code environment} are taken one by one; who uploads something by itself gets none
 * of the uploads.
 */
final class NodeDefaults {
  private static final String NODES = "nodes";
  private static final String CONFIG = "config";
  private static final String RESOURCES = "resources";
  private static final String ENVIRONMENT = "environment";
  private static final List<String> PROGRAMS = List.of("executor", "sandbox_worker");

  private final ManifestValue defaults;
  private boolean used;

  NodeDefaults(ManifestValue defaults) {
    this.defaults = defaults;
  }

  /** Gives them to the nodes of the tree. */
  void apply(ManifestValue root, ObjectNode tree, Written written) {
    if (!defaults.check(Shape.OBJECT)) {
      return;
    }
    give(root.at(NODES), tree, written);
    for (String part : List.of("agents", "workflow", "flow")) {
      ManifestValue place = root.at(part);
      if (place.at(NODES).value().isArray()) {
        ObjectNode own = Json.object().setAll((ObjectNode) place.value());
        tree.set(part, own);
        give(place.at(NODES), own, written.member(part));
      }
    }
    if (!used) {
      defaults.warn("defaults have no effect: no node is an executor");
    }
  }

  private void give(ManifestValue list, ObjectNode owner, Written written) {
    if (!list.value().isArray()) {
      return;
    }
    ArrayNode nodes = Json.MAPPER.createArrayNode();
    for (ManifestValue item : list.items()) {
      boolean isProgram = PROGRAMS.contains(item.find("agent_type", "agentType").asText());
      JsonNode config = item.at(CONFIG).value();
      if (isProgram && (item.at(CONFIG).isAbsent() || config.isObject())) {
        used = true;
        ObjectNode node = nodes.addObject().setAll((ObjectNode) item.value());
        Written place =
            written.member(NODES).member(Integer.toString(nodes.size() - 1)).member(CONFIG);
        boolean hasResources = !item.at(RESOURCES).isAbsent();
        node.set(CONFIG, merged(config, hasResources, place));
      } else {
        nodes.add(item.value());
      }
    }
    owner.set(NODES, nodes);
  }

  /**
   * @param hasResources whether the node asks for resources beside its config
   */
  private ObjectNode merged(JsonNode config, boolean hasResources, Written place) {
    ObjectNode merged = Json.object();
    boolean uploads = DerivedAgents.UPLOADS.stream().anyMatch(config::hasNonNull);
    for (Map.Entry<String, JsonNode> member : defaults.value().properties()) {
      String name = member.getKey();
      boolean isUpload = DerivedAgents.UPLOADS.contains(name) || name.equals("upload_as");
      boolean isBeside = name.equals(RESOURCES) && hasResources;
      if (!config.has(name) && !isBeside && !(isUpload && uploads)) {
        merged.set(name, member.getValue());
        place.member(name).as(defaults.at(name));
      }
    }
    config.properties().forEach(own -> merged.set(own.getKey(), own.getValue()));
    if (defaults.value().get(ENVIRONMENT) instanceof ObjectNode variables
        && config.get(ENVIRONMENT) instanceof ObjectNode own) {
      merged.set(ENVIRONMENT, Json.object().<ObjectNode>setAll(variables).setAll(own));
    }
    return merged;
  }
}
