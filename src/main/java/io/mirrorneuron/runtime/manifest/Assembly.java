package io.mirrorneuron.runtime.manifest;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.runtime.manifest.graph.CompletionCheck;
import io.mirrorneuron.runtime.manifest.graph.Edges;
import io.mirrorneuron.runtime.manifest.graph.ManifestHeader;
import io.mirrorneuron.runtime.manifest.graph.Nodes;
import io.mirrorneuron.runtime.manifest.graph.Nodes.Node;
import io.mirrorneuron.runtime.manifest.graph.Seeds;
import io.mirrorneuron.runtime.manifest.reading.Findings;
import io.mirrorneuron.runtime.manifest.reading.ManifestValue;
import io.mirrorneuron.runtime.manifest.shorthand.InputDeclarations;
import io.mirrorneuron.runtime.workflow.StepGraph;
import io.mirrorneuron.runtime.workflow.Workflow;
import io.mirrorneuron.runtime.workflow.Workflow.Agent;
import io.mirrorneuron.runtime.workflow.Workflow.Edge;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Reads agents and edges, wherever a form keeps them, into a workflow. */
final class Assembly {
  private final Nodes nodeReader;

  Assembly(Nodes nodeReader) {
    this.nodeReader = nodeReader;
  }

  /**
   * Throws all errors together.
   *
   * @param steps reads the problem graph when the agents are known
   */
  Workflow read(
      ManifestValue root,
      Findings findings,
      ManifestHeader header,
      Topology topology,
      Function<Map<String, Node>, StepGraph> steps) {
    if (topology.isTooLarge()) {
      findings.throwIfAny();
    }
    Map<String, Node> nodes = nodeReader.read(topology.home(), topology.nodes(), header.policies());
    List<Edge> edges = new Edges(nodes.keySet(), topology.uniqueEdgeIds()).read(topology.edges());
    Seeds seeds = new Seeds(nodes);
    seeds.readEntrypoints(topology.entrypoints(), topology.otherwise());
    seeds.readInputs(topology.inputs());
    seeds.add(InputDeclarations.read(root));
    StepGraph stepGraph = steps.apply(nodes);
    Map<String, List<Edge>> outgoing =
        edges.stream()
            .filter(edge -> edge.from() != null)
            .collect(Collectors.groupingBy(Edge::from));
    CompletionCheck.check(root, header.jobType(), nodes, outgoing.keySet(), stepGraph);
    if (stepGraph.isEmpty()) {
      CompletionCheck.checkCollections(root, nodes, edges);
    }
    findings.throwIfAny();

    Map<String, Agent> agents = new LinkedHashMap<>();
    nodes.forEach(
        (id, node) -> agents.put(id, node.withEdges(outgoing.getOrDefault(id, List.of()))));
    return header.workflow(
        (ObjectNode) root.value(),
        seeds.entrypoints(),
        seeds.inputs(),
        agents,
        edges,
        stepGraph,
        findings.warnings());
  }
}
