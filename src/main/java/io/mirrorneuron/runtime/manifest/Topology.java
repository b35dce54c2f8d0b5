package io.mirrorneuron.runtime.manifest;

import io.mirrorneuron.runtime.manifest.graph.Bindings;
import io.mirrorneuron.runtime.manifest.graph.Edges;
import io.mirrorneuron.runtime.manifest.graph.HumanSteps;
import io.mirrorneuron.runtime.manifest.graph.Nodes;
import io.mirrorneuron.runtime.manifest.reading.ManifestValue;
import io.mirrorneuron.runtime.manifest.reading.Shape;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * Where a manifest keeps its agents, their connections and their first messages.
 *
 * @param home where authors of this form put nodes
 * @param entrypoints places of one id or a list of ids each, at least one
 * @param otherwise the entrypoint of last resort, or null
 * @param inputs places of first messages; earlier ones take precedence
 * @param uniqueEdgeIds whether a repeated edge id is an error
 * @param isTooLarge whether a list is longer than allowed, which was reported
 */
record Topology(
    ManifestValue home,
    List<ManifestValue> nodes,
    List<ManifestValue> edges,
    List<ManifestValue> entrypoints,
    String otherwise,
    List<ManifestValue> inputs,
    boolean uniqueEdgeIds,
    boolean isTooLarge) {

  static Topology of(ManifestValue root) {
    return StepForm.isUsedBy(root.value()) ? inSteps(root, new Bindings(root)) : atRoot(root);
  }

  /** Of the form with nodes and edges at the root. */
  static Topology atRoot(ManifestValue root) {
    List<ManifestValue> nodes = root.all("nodes");
    List<ManifestValue> edges = root.all("edges");
    return new Topology(
        nodes.getFirst(),
        union(nodes, Nodes::key),
        union(edges, Topology::edgeKey),
        root.all("entrypoints"),
        null,
        root.all("initial_inputs"),
        false,
        isTooLarge(nodes, Nodes.MAX_NODES) | isTooLarge(edges, Edges.MAX_EDGES));
  }

  /**
   * Of the form {@code mn.workflow/v1}. The command line leaves copies of a graph in {@code flow}:
   * of things with one id, those of the later place count. Without nodes, the workers of bindings
   * are the nodes.
   */
  static Topology inSteps(ManifestValue root, Bindings bindings) {
    List<ManifestValue> nodeLists =
        root.all("flow.nodes", "workflow.nodes", "agents.nodes", "nodes");
    List<ManifestValue> nodes = union(nodeLists, Nodes::key);
    List<ManifestValue> edges = new ArrayList<>(root.all("flow.edges", "agents.edges", "edges"));
    boolean hasSteps = !root.find("workflow.steps").value().isEmpty();
    if (!hasSteps) {
      edges.addAll(root.all("workflow.edges"));
    }
    List<ManifestValue> entrypoints =
        new ArrayList<>(root.all("agents.entrypoints", "entrypoints"));
    List<ManifestValue> inputs =
        new ArrayList<>(root.all("initial_inputs", "runtime.initial_inputs"));
    inputs.addAll(bindings.inputs());
    String otherwise = null;
    if (nodeLists.stream().allMatch(ManifestValue::isAbsent)) {
      nodes = bindings.nodes();
      edges.addAll(bindings.edgeLists());
      entrypoints.add(bindings.starts(root));
      otherwise = nodes.stream().findFirst().map(Nodes::key).orElse(null);
    }
    List<ManifestValue> people = HumanSteps.nodes(root);
    return new Topology(
        root.find("agents.nodes"),
        Stream.concat(nodes.stream(), people.stream()).toList(),
        union(edges, Topology::edgeKey),
        entrypoints,
        otherwise == null ? HumanSteps.first(root) : otherwise,
        inputs,
        true,
        isTooLarge(nodeLists, Nodes.MAX_NODES) | isTooLarge(edges, Edges.MAX_EDGES));
  }

  /** The entries of the lists; where lists have entries with the same key, those of the last. */
  private static List<ManifestValue> union(
      List<ManifestValue> lists, Function<ManifestValue, String> key) {
    Map<String, List<ManifestValue>> entries = new LinkedHashMap<>();
    for (ManifestValue list : lists) {
      Map<String, List<ManifestValue>> own = new LinkedHashMap<>();
      if (list.check(Shape.LIST)) {
        list.items()
            .forEach(
                item -> own.computeIfAbsent(key.apply(item), k -> new ArrayList<>()).add(item));
      }
      entries.putAll(own);
    }
    return entries.values().stream().flatMap(List::stream).toList();
  }

  private static boolean isTooLarge(List<ManifestValue> lists, int most) {
    return lists.stream().filter(list -> !list.checkLength(most)).count() > 0;
  }

  private static String edgeKey(ManifestValue edge) {
    ManifestValue id = edge.find("edge_id", "id");
    if (id.value().isTextual()) {
      return id.text();
    }
    // An id has no control characters, so this key is not the id of another edge.
    return edge.find("from_node", "from").value()
        + "\n"
        + edge.find("to_node", "to").value()
        + "\n"
        + edge.find("message_type", "event").value();
  }
}
