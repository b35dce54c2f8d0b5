package io.mirrorneuron.runtime.manifest.graph;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.runtime.manifest.graph.Nodes.Node;
import io.mirrorneuron.runtime.manifest.reading.ManifestProblem;
import io.mirrorneuron.runtime.manifest.reading.ManifestValue;
import io.mirrorneuron.runtime.manifest.reading.NearNames;
import io.mirrorneuron.runtime.manifest.reading.Shape;
import io.mirrorneuron.wire.Json;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.SequencedSet;
import java.util.Set;

/** The entrypoints of a job and their first messages. */
public final class Seeds {
  /** Maximum of first messages of a job; a short list for many entrypoints adds up. */
  static final int MAX_MESSAGES = 200_000;

  private static final Set<String> ROOT_ROLES = Set.of("root", "root_coordinator");
  private static final String EVERY_ENTRYPOINT = "__entrypoints__";

  private final Map<String, Node> nodes;
  private final SequencedSet<String> entrypoints = new LinkedHashSet<>();
  private final Map<String, List<JsonNode>> inputs = new LinkedHashMap<>();
  private final NearNames near;
  private long messages;

  public Seeds(Map<String, Node> nodes) {
    this.nodes = nodes;
    this.near = new NearNames(nodes.keySet());
  }

  public List<String> entrypoints() {
    return List.copyOf(entrypoints);
  }

  /** Bodies by entrypoint; an entrypoint without any has no entry. */
  public Map<String, List<JsonNode>> inputs() {
    return inputs;
  }

  /** Takes the named entrypoints, else the nodes with a root role, else {@code otherwise}. */
  public void readEntrypoints(List<ManifestValue> places, String otherwise) {
    boolean named = false;
    for (ManifestValue place : places) {
      if (place.value().isTextual()) {
        entrypoints.add(reference(place));
      } else if (place.check(Shape.LIST)) {
        place.items().forEach(item -> entrypoints.add(reference(item)));
      }
      named |= !place.isAbsent() && !(place.value().isArray() && place.value().isEmpty());
    }
    if (named) {
      return;
    }
    nodes.values().stream()
        .filter(node -> node.role() != null && ROOT_ROLES.contains(node.role()))
        .forEach(node -> entrypoints.add(node.id()));
    if (entrypoints.isEmpty() && otherwise != null) {
      entrypoints.add(otherwise);
    }
    if (entrypoints.isEmpty()) {
      places
          .getFirst()
          .error(
              ManifestProblem.REQUIRED,
              "manifest must define at least one entrypoint or one node with role"
                  + " root/root_coordinator");
    }
  }

  private String reference(ManifestValue place) {
    String id = place.asText();
    if (!place.value().isTextual() || !nodes.containsKey(id)) {
      place.error(
          ManifestProblem.REFERENCE,
          "entrypoint %s does not reference a known node%s"
              .formatted(place.shown(), near.hint(id)));
    }
    return id;
  }

  /**
   * A list is for every entrypoint; an object has one member per node. An entrypoint gets the
   * messages of the first place that has some for it. Must be called after the entrypoints are
   * read.
   */
  public void readInputs(List<ManifestValue> places) {
    for (ManifestValue place : places) {
      Map<String, List<JsonNode>> found = new LinkedHashMap<>();
      if (place.check(Shape.OBJECT_OR_LIST)) {
        read(place, found);
      }
      found.forEach(inputs::putIfAbsent);
    }
  }

  private void read(ManifestValue place, Map<String, List<JsonNode>> found) {
    if (place.value().isArray()) {
      add(place, entrypoints, found);
    }
    for (Map.Entry<String, JsonNode> entry : place.value().properties()) {
      ManifestValue bodies = place.at(entry.getKey());
      add(bodies, targets(bodies), found);
    }
    if (messages > MAX_MESSAGES) {
      place.error(
          ManifestProblem.LIMIT,
          "%s make %d messages; at most %d are allowed"
              .formatted(place.label(), messages, MAX_MESSAGES));
    }
  }

  private SequencedSet<String> targets(ManifestValue bodies) {
    String key = bodies.name();
    if (key.equals(EVERY_ENTRYPOINT)) {
      return entrypoints;
    }
    if (entrypoints.contains(key)) {
      return new LinkedHashSet<>(List.of(key));
    }
    String shown = ManifestValue.shown(key);
    if (nodes.containsKey(key)) {
      bodies.warn("initial_inputs for %s are ignored: it is not an entrypoint".formatted(shown));
    } else if (entrypoints.size() == 1) {
      bodies.warn(
          "initial_inputs names no node %s: its payloads go to the entrypoint %s"
              .formatted(shown, ManifestValue.shown(entrypoints.getFirst())));
      return entrypoints;
    } else {
      bodies.warn("initial_inputs for %s are ignored: there is no such node".formatted(shown));
    }
    return new LinkedHashSet<>();
  }

  /**
   * Adds values by name to the body of each first message, replacing members of the same name; a
   * body that is no object stays unchanged.
   */
  public void add(ObjectNode named) {
    if (named.isEmpty()) {
      return;
    }
    for (String entrypoint : entrypoints) {
      List<JsonNode> bodies = inputs.getOrDefault(entrypoint, List.of(Json.object()));
      inputs.put(entrypoint, bodies.stream().map(body -> with(named, body)).toList());
    }
  }

  private static JsonNode with(ObjectNode named, JsonNode body) {
    return body instanceof ObjectNode object
        ? Json.object().<ObjectNode>setAll(object).setAll(named)
        : body;
  }

  private void add(
      ManifestValue given, SequencedSet<String> targets, Map<String, List<JsonNode>> found) {
    List<JsonNode> bodies =
        given.value().isArray() ? Json.elements(given.value()).toList() : List.of(given.value());
    messages += (long) targets.size() * bodies.size();
    if (!bodies.isEmpty() && messages <= MAX_MESSAGES) {
      targets.forEach(id -> found.computeIfAbsent(id, key -> new ArrayList<>()).addAll(bodies));
    }
  }
}
