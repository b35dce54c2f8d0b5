package io.mirrorneuron.wire;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;

/**
 * A graph of agents in a manifest or a report of a runtime. It stands at the top of its document or
 * in the member {@code agents}.
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
   * An edge between agents or steps, in any notation. Missing facts are null.
   *
   * @param from or {@code fromNode} or {@code source}; {@code to} likewise
   * @param event that starts {@code to}; or {@code messageType} or {@code on}
   * @param required as its author wrote it, as are {@code accepts} and {@code condition}
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
