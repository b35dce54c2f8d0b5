package io.mirrorneuron.runtime.manifest.shorthand;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** The differences of two manifests, by the names of members and never by their values. Pure. */
public final class ManifestDifferences {
  private static final Set<String> DEEP = Set.of("config", "policies", "resources");
  private final ManifestContent before;
  private final ManifestContent after;

  public ManifestDifferences(ManifestContent before, ManifestContent after) {
    this.before = before;
    this.after = after;
  }

  public List<String> agentsAdded() {
    return others(after, before);
  }

  public List<String> agentsRemoved() {
    return others(before, after);
  }

  private static List<String> others(ManifestContent one, ManifestContent other) {
    return one.nodes().keySet().stream().filter(id -> !other.nodes().containsKey(id)).toList();
  }

  /** The differing members of each agent that is in both manifests. */
  public Map<String, List<String>> agentsChanged() {
    Map<String, List<String>> changed = new LinkedHashMap<>();
    before
        .nodes()
        .forEach(
            (id, node) -> {
              if (after.nodes().containsKey(id)) {
                List<String> paths = paths(node.value(), after.nodes().get(id).value());
                if (!paths.isEmpty()) {
                  changed.put(id, paths);
                }
              }
            });
    return changed;
  }

  /** Members of {@code policies} except those of {@code policies.update}. */
  public List<String> policies() {
    JsonNode one = before.withoutAgents().path("policies");
    JsonNode other = after.withoutAgents().path("policies");
    return differing(one, other).stream()
        .filter(name -> !name.equals("update"))
        .map(name -> "policies." + name)
        .toList();
  }

  /** Other members at the root, without the agents. */
  public List<String> members() {
    ObjectNode one = before.withoutAgents();
    ObjectNode other = after.withoutAgents();
    return differing(one, other).stream().filter(name -> !name.equals("policies")).toList();
  }

  private static List<String> paths(JsonNode one, JsonNode other) {
    List<String> paths = new ArrayList<>();
    for (String name : differing(one, other)) {
      JsonNode here = one.path(name);
      JsonNode there = other.path(name);
      if (DEEP.contains(name) && here.isObject() && there.isObject()) {
        differing(here, there).forEach(inner -> paths.add(name + "." + inner));
      } else {
        paths.add(name);
      }
    }
    return paths;
  }

  /** Names of members that differ, in order. */
  private static List<String> differing(JsonNode one, JsonNode other) {
    Set<String> names = new TreeSet<>();
    one.fieldNames().forEachRemaining(names::add);
    other.fieldNames().forEachRemaining(names::add);
    return names.stream().filter(name -> !one.path(name).equals(other.path(name))).toList();
  }
}
