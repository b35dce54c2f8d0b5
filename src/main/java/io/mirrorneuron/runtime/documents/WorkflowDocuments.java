package io.mirrorneuron.runtime.documents;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.runtime.workflow.Workflow;
import io.mirrorneuron.runtime.workflow.Workflow.Agent;
import io.mirrorneuron.runtime.workflow.Workflow.Edge;
import io.mirrorneuron.wire.Json;
import java.util.Locale;

/** What a job's details say of the workflow that it runs. */
final class WorkflowDocuments {
  /** Characters of a manifest that is shown whole. */
  private static final int MANIFEST_BUDGET = 256 * 1024;

  private WorkflowDocuments() {}

  /** The manifest as its author wrote it, or what matters of a long one. */
  static ObjectNode manifest(Workflow workflow) {
    ObjectNode source = workflow.source();
    if (workflow.agents().size() < 500 && Json.write(source).length() < MANIFEST_BUDGET) {
      return source.deepCopy(); // the workflow may be shared, and readers cut the document down
    }
    ObjectNode slim = Json.object();
    for (String member :
        new String[] {
          "manifest_version",
          "graph_id",
          "job_name",
          "type",
          "metadata",
          "init_config_review", // it says what is secret of the metadata
          "policies"
        }) {
      if (source.has(member)) {
        slim.set(member, source.get(member));
      }
    }
    return slim;
  }

  /** Agents and edges. */
  static ObjectNode topology(Workflow workflow) {
    ObjectNode topology = Json.object();
    ArrayNode nodes = topology.putArray("nodes");
    for (Agent agent : workflow.agents().values()) {
      ObjectNode node = nodes.addObject();
      node.put("node_id", agent.id()).put("agent_type", word(agent.type()));
      node.put("type", agent.template()).put("role", agent.role());
    }
    ArrayNode edges = topology.putArray("edges");
    for (Edge edge : workflow.edges()) {
      ObjectNode json = edges.addObject();
      json.put("edge_id", edge.id()).put("from_node", edge.from()).put("to_node", edge.to());
      json.put("message_type", edge.messageType()).put("routing_mode", word(edge.routing()));
    }
    return topology;
  }

  private static String word(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }
}
