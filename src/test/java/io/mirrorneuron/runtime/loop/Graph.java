package io.mirrorneuron.runtime.loop;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.wire.Json;

/** Writes graph manifests in a few words; the first agent is the entrypoint. */
public final class Graph {
  private final ObjectNode manifest = Json.object();
  private final ArrayNode nodes;
  private final ArrayNode edges;

  public Graph() {
    manifest.put("manifest_version", "1.0").put("graph_id", "g");
    manifest.putArray("entrypoints");
    nodes = manifest.putArray("nodes");
    edges = manifest.putArray("edges");
  }

  /** JSON members of the manifest's root, quotes may be single. */
  public Graph with(String member, String value) {
    manifest.set(member, Stage.json(value));
    return this;
  }

  public Graph agent(String id, String type, String config) {
    ObjectNode node = nodes.addObject().put("node_id", id).put("agent_type", type);
    node.set("config", Stage.json(config));
    if (nodes.size() == 1) {
      manifest.withArray("entrypoints").add(id);
    }
    return this;
  }

  public Graph router(String id) {
    return agent(id, "router", "{}");
  }

  public Graph program(String id, String config) {
    agent(id, "executor", config);
    ObjectNode node = (ObjectNode) nodes.get(nodes.size() - 1).get("config");
    node.put("runner_module", "MirrorNeuron.Runner.HostLocal").putArray("command").add("x");
    return this;
  }

  /** Policies of the agent that was named last. */
  public Graph policies(String value) {
    ((ObjectNode) nodes.get(nodes.size() - 1)).set("policies", Stage.json(value));
    return this;
  }

  public Graph program(String id) {
    return program(id, "{}");
  }

  public Graph edge(String from, String to, String type) {
    return edge(from, to, type, "{}");
  }

  /** With more members, for example conditions. */
  public Graph edge(String from, String to, String type, String more) {
    ObjectNode edge = edges.addObject().put("edge_id", from + "_" + to + "_" + edges.size());
    edge.put("from_node", from).put("to_node", to).put("message_type", type);
    edge.setAll((ObjectNode) Stage.json(more));
    return this;
  }

  public Graph inputs(String entrypoint, String bodies) {
    manifest.withObject("/initial_inputs").set(entrypoint, Stage.json(bodies));
    return this;
  }

  @Override
  public String toString() {
    return Json.write(manifest);
  }

  public Stage start() {
    Stage stage = new Stage();
    return stage.submitText(toString());
  }
}
