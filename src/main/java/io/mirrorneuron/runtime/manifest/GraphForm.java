package io.mirrorneuron.runtime.manifest;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.runtime.manifest.Nodes.Node;
import io.mirrorneuron.runtime.manifest.Workflow.Agent;
import io.mirrorneuron.runtime.manifest.Workflow.Edge;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** The form with {@code nodes} and {@code edges} at the root. */
final class GraphForm {
  private final Nodes nodeReader;

  GraphForm(Nodes nodeReader) {
    this.nodeReader = nodeReader;
  }

  /** Throws all errors together. */
  Workflow read(Place root, Findings findings) {
    if (!root.at("nodes").isAtMost(Nodes.MAX_NODES) | !root.at("edges").isAtMost(Edges.MAX_EDGES)) {
      findings.throwIfAny();
    }
    Header header = Header.read(root);
    SpecChecks.requirements(root);
    SpecChecks.inputRules(root);

    Map<String, Node> nodes = nodeReader.read(root.at("nodes"));
    nodes.values().forEach(node -> SpecChecks.resources(node.place()));
    List<Edge> edges = new Edges(nodes.keySet()).read(root.at("edges"));
    Seeds seeds = new Seeds(nodes);
    seeds.readEntrypoints(root.at("entrypoints"));
    seeds.readInputs(root.at("initial_inputs"));
    Map<String, List<Edge>> outgoing =
        edges.stream()
            .filter(edge -> edge.from() != null)
            .collect(Collectors.groupingBy(Edge::from));
    Completion.check(root, header.jobType(), nodes.values(), outgoing);
    findings.throwIfAny();

    Map<String, Agent> agents = new LinkedHashMap<>();
    nodes.forEach(
        (id, node) -> agents.put(id, node.withEdges(outgoing.getOrDefault(id, List.of()), header)));
    return header.workflow(
        (ObjectNode) root.value(),
        seeds.entrypoints(),
        seeds.inputs(),
        agents,
        edges,
        StepGraph.NONE,
        findings.warnings());
  }
}
