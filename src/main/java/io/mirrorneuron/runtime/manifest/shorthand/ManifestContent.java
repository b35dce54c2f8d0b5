package io.mirrorneuron.runtime.manifest.shorthand;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.mirrorneuron.runtime.manifest.Manifests;
import io.mirrorneuron.runtime.manifest.reading.ManifestValue;
import io.mirrorneuron.wire.Json;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collection;
import java.util.HexFormat;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Compares and mixes accepted manifests. Pure. */
public final class ManifestContent {
  private static final List<String> RUN_IDS = List.of("run_id", "blueprint_run_id");

  /** Defaults of programs; they count as members of the programs that leave them out. */
  private static final String DEFAULTS = "defaults";

  /** Members that may differ without a different job: names, and members for deployments. */
  private static final Set<String> NAMES =
      Set.of("metadata", "job_name", "manifest_version", "deployment", "description", "name");

  private final ObjectNode source;
  private final ManifestValue root;
  private final Map<String, ManifestValue> nodes;

  /**
   * @param text that was accepted
   */
  public ManifestContent(String text) {
    this.source = Json.parseObject(text, "manifest_json");
    this.root = Manifests.expanded(source);
    this.nodes = Manifests.nodes(root);
  }

  /** The manifest without the run that its author named: each of its jobs has its own. */
  public static String withoutRun(String text) {
    ObjectNode source = Json.parseObject(text, "manifest_json");
    return dropRun(source) ? Json.write(source) : text;
  }

  private static boolean dropRun(JsonNode json) {
    boolean dropped = false;
    if (json instanceof ObjectNode object) {
      for (String name : RUN_IDS) {
        if (object.path(name).isTextual()) {
          object.remove(name);
          dropped = true;
        }
      }
    }
    for (JsonNode member : json) {
      dropped |= dropRun(member);
    }
    return dropped;
  }

  /** The same for manifests with the same content, in whatever order. */
  public String fingerprint() {
    try {
      String ordered =
          Json.MAPPER
              .writer(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
              .writeValueAsString(Json.MAPPER.convertValue(source, Object.class));
      return HexFormat.of()
          .formatHex(
              MessageDigest.getInstance("SHA-256")
                  .digest(ordered.getBytes(StandardCharsets.UTF_8)));
    } catch (JsonProcessingException | NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Whether only agents and names differ. */
  public boolean differsInAgentsOnly(ManifestContent other) {
    return rest().equals(other.rest());
  }

  /** The agents' nodes by id, as written. */
  Map<String, ManifestValue> nodes() {
    return nodes;
  }

  /** With ids in place of the agents' definitions. */
  ObjectNode withoutAgents() {
    Map<JsonNode, JsonNode> marks = new IdentityHashMap<>();
    nodes.forEach((id, node) -> marks.put(node.value(), TextNode.valueOf(id)));
    return (ObjectNode) rewritten(root.value(), marks);
  }

  private JsonNode rest() {
    ObjectNode rest = withoutAgents();
    rest.remove(NAMES);
    rest.remove(DEFAULTS);
    if (rest.get("policies") instanceof ObjectNode policies) {
      policies.remove(List.of("update", "deployment_key"));
      if (policies.isEmpty()) {
        rest.remove("policies");
      }
    }
    return rest;
  }

  /**
   * This manifest with some agents of another manifest; empty when that cannot be written, as one
   * of them is in the short form.
   */
  public Optional<String> with(Collection<String> agents, ManifestContent other) {
    if (agents.isEmpty()) {
      return Optional.of(Json.write(source));
    }
    if (!isLong()
        || !other.isLong()
        || !nodes.keySet().containsAll(agents)
        || !other.nodes.keySet().containsAll(agents)) {
      return Optional.empty();
    }
    Map<JsonNode, JsonNode> replaced = new IdentityHashMap<>();
    agents.forEach(id -> replaced.put(nodes.get(id).value(), other.nodes.get(id).value()));
    ObjectNode blend = (ObjectNode) rewritten(root.value(), replaced);
    blend.remove(DEFAULTS); // each program has its own or the other manifest's by now
    Map<String, ManifestValue> now = Manifests.nodes(Manifests.expanded(blend));
    boolean isWhole =
        agents.stream().allMatch(id -> now.get(id).value().equals(other.nodes.get(id).value()));
    return isWhole ? Optional.of(Json.write(blend)) : Optional.empty();
  }

  /** Whether its agents are written as nodes, and none is derived from a step. */
  private boolean isLong() {
    ObjectNode rest = source.has(DEFAULTS) ? source.deepCopy().without(DEFAULTS) : source;
    return Manifests.expanded(rest).value() == rest;
  }

  /** A copy in which some nodes are replaced. */
  private static JsonNode rewritten(JsonNode json, Map<JsonNode, JsonNode> others) {
    JsonNode other = others.get(json);
    if (other != null) {
      return other.deepCopy();
    }
    if (json instanceof ObjectNode object) {
      ObjectNode copy = Json.object();
      object
          .properties()
          .forEach(member -> copy.set(member.getKey(), rewritten(member.getValue(), others)));
      return copy;
    }
    if (json instanceof ArrayNode list) {
      ArrayNode copy = Json.MAPPER.createArrayNode();
      list.forEach(item -> copy.add(rewritten(item, others)));
      return copy;
    }
    return json;
  }
}
