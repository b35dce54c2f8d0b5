package io.mirrorneuron.runtime.loop;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.wire.Json;

/**
 * Writes workflows of steps in a few words. Each step has a program of its own with the same name,
 * and along each edge of steps goes an edge of agents that carries everything. The first step is
 * the source, the last one the sink. Quotes in JSON may be single.
 */
public final class Flow {
  private final ObjectNode manifest = Json.object();
  private final ObjectNode workflow;
  private final ArrayNode steps;
  private final ArrayNode stepEdges;
  private final ObjectNode agents;
  private final ArrayNode nodes;
  private final ArrayNode agentEdges;

  public Flow() {
    manifest.put("apiVersion", "mn.workflow/v1").put("kind", "Workflow");
    manifest.put("manifest_version", "1.0").put("id", "flow").put("name", "Flow");
    workflow = manifest.putObject("workflow").put("workflow_id", "flow");
    steps = workflow.putArray("steps");
    stepEdges = workflow.putArray("edges");
    agents = manifest.putObject("agents");
    agents.putArray("entrypoints");
    nodes = agents.putArray("nodes");
    agentEdges = agents.putArray("edges");
  }

  /** A member of the workflow, for example {@code execution}. */
  public Flow with(String member, String value) {
    workflow.set(member, Stage.json(value));
    return this;
  }

  /** A member of the manifest's root. */
  Flow root(String member, String value) {
    manifest.set(member, Stage.json(value));
    return this;
  }

  public Flow step(String id) {
    return step(id, "{}");
  }

  /**
   * @param more further members of the step
   */
  public Flow step(String id, String more) {
    return step(id, more, "{}");
  }

  public Flow step(String id, String more, String config) {
    return program(id, config).stepOf(id, id, more);
  }

  /** A step for an agent that is there already. */
  public Flow stepOf(String agent, String id, String more) {
    ObjectNode step = steps.addObject().put("id", id).put("run", agent);
    step.setAll((ObjectNode) Stage.json(more));
    if (steps.size() == 1) {
      workflow.put("entrypoint", id).put("source", id);
    }
    workflow.put("sink", id);
    return this;
  }

  /** Has a step that names {@code binding} done by these agents, the first of which begins. */
  Flow binding(String binding, String... workers) {
    ArrayNode list =
        manifest.withObject("/runtime/bindings").putObject(binding).putArray("workers");
    for (String worker : workers) {
      list.addObject().put("id", worker);
    }
    return this;
  }

  /** An agent that runs a program. */
  public Flow program(String id, String config) {
    agent(id, "executor", config);
    ObjectNode own = (ObjectNode) nodes.get(nodes.size() - 1).get("config");
    own.put("runner_module", "MirrorNeuron.Runner.HostLocal").putArray("command").add("x");
    return this;
  }

  public Flow agent(String id, String type, String config) {
    ObjectNode node = nodes.addObject().put("node_id", id).put("agent_type", type);
    node.set("config", Stage.json(config));
    if (nodes.size() == 1) {
      agents.withArray("entrypoints").add(id);
    }
    return this;
  }

  /** One step after another, and messages along the same way. */
  public Flow edge(String from, String to) {
    return edge(from, to, "{}");
  }

  /**
   * @param more further members of the edge between the steps
   */
  public Flow edge(String from, String to, String more) {
    return after(from, to, more).mail(from, to);
  }

  /** One step after another, without a way for messages. */
  public Flow after(String from, String to, String more) {
    ObjectNode edge = stepEdges.addObject().put("from", from).put("to", to);
    edge.setAll((ObjectNode) Stage.json(more));
    return this;
  }

  public Flow mail(String from, String to) {
    ObjectNode edge = agentEdges.addObject().put("from_node", from).put("to_node", to);
    edge.put("message_type", "*");
    return this;
  }

  @Override
  public String toString() {
    return Json.write(manifest);
  }

  public Stage start() {
    return new Stage().submitText(toString());
  }
}
