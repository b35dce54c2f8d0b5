package io.mirrorneuron.wire;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;

/**
 * A graph of agents as a manifest declares it or a runtime tells it. It stands at the top of its
 * document or in the member {@code agents}.
 */
public record GraphFacts(List<AgentFacts> nodes, List<EdgeFacts> edges, GraphFacts agents) {
  public static final GraphFacts NONE = new GraphFacts(List.of(), List.of(), null);

  public static GraphFacts read(JsonNode json) {
    return LenientJson.read(json, GraphFacts.class);
  }

  /** The nodes in the member {@code agents}. */
  public List<AgentFacts> nodesOfAgents() {
    return agents == null ? List.of() : agents.nodes;
  }

  /** The edges at the top, else those in the member {@code agents}. */
  public List<EdgeFacts> anyEdges() {
    return edges.isEmpty() && agents != null ? agents.edges : edges;
  }

  /**
   * An edge between agents or steps, however it is written. What is not told is null.
   *
   * @param from or {@code fromNode} or {@code source}, as {@code to}
   * @param event that makes {@code to} start; or {@code messageType} or {@code on}
   * @param required as its author wrote it, as {@code accepts} and {@code condition}
   */
  public record EdgeFacts(
      String from,
      String fromNode,
      String source,
      String to,
      String toNode,
      String target,
      String event,
      String messageType,
      String on,
      String id,
      String edgeId,
      JsonNode required,
      JsonNode accepts,
      JsonNode condition) {}
}
