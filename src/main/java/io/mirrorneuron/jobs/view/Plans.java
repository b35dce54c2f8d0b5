package io.mirrorneuron.jobs.view;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.jobs.view.Plan.Edge;
import io.mirrorneuron.jobs.view.Plan.Step;
import io.mirrorneuron.jobs.view.Plan.Worker;
import io.mirrorneuron.wire.Json;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Reads the plan of a job: the steps of its problem graph; where it has none, a step for each node
 * of its graph of agents; and of a job of which nothing is known, one step {@code job}.
 */
final class Plans {
  private final JobRecord record;
  private final JsonNode manifest;
  private final JsonNode graph;
  private final Map<String, JsonNode> nodes = new LinkedHashMap<>();

  private Plans(JobRecord record) {
    this.record = record;
    this.manifest = record.manifest();
    this.graph = record.topology().isObject() ? record.topology() : manifest;
    for (JsonNode list :
        new JsonNode[] {
          manifest.path("agents").path("nodes"),
          manifest.path("nodes"),
          manifest.path("metadata").path("agent_templates").path("nodes"),
          record.topology().path("nodes"),
          record.agents()
        }) {
      for (JsonNode node : list) {
        String id = text(node, "node_id", "agent_id", "id");
        if (id != null) {
          nodes.putIfAbsent(id, node);
        }
      }
    }
  }

  static Plan of(JobRecord record) {
    return new Plans(record).read();
  }

  private Plan read() {
    JsonNode workflow = manifest.path("workflow");
    JsonNode listed = workflow.path("steps");
    if (!listed.isArray() || listed.isEmpty()) {
      listed = manifest.path("flow").path("steps");
    }
    Map<String, Step> steps = new LinkedHashMap<>();
    for (JsonNode json : listed) {
      String id = text(json, "id");
      if (id != null) {
        steps.put(id, declared(id, json));
      }
    }
    List<Edge> edges;
    boolean ofAgents = false;
    if (!steps.isEmpty()) {
      edges = declaredEdges(listed, workflow);
    } else if (record.ledger().isObject()) { // its manifest was too big to be told
      steps.putAll(tracked());
      edges = edges(record.ledger().path("edges"), "from", "to", "event");
    } else if (!nodes.isEmpty()) {
      ofAgents = true;
      nodes.forEach((id, node) -> steps.put(id, ofNode(id, node)));
      edges = edges(agentEdges(), "from_node", "to_node", "message_type");
    } else {
      Worker runtime = new Worker("runtime", "system", "runtime", null, null);
      steps.put("job", step("job", MissingNode.getInstance(), List.of(runtime)));
      edges = List.of();
    }
    edges =
        edges.stream()
            .filter(edge -> steps.containsKey(edge.from()) && steps.containsKey(edge.to()))
            .toList();
    String id = workflowId(workflow);
    String name = text(manifest, "name", "job_name");
    name = name == null ? text(manifest.path("metadata"), "name") : name;
    String description = text(manifest, "description");
    description =
        description == null ? text(manifest.path("metadata"), "description") : description;
    return new Plan(
        id,
        name == null ? id : name,
        description == null ? "" : description,
        record.isLasting(),
        ofAgents,
        steps,
        edges,
        Layers.of(steps.keySet(), edges),
        graph);
  }

  private String workflowId(JsonNode workflow) {
    String id = text(workflow, "workflow_id");
    id = id == null ? text(manifest, "id", "graph_id", "workflow_id", "name") : id;
    id = id == null ? record.graphId(List.of()) : id;
    return id == null ? "blueprint" : id;
  }

  private Map<String, Step> tracked() {
    Map<String, Step> steps = new LinkedHashMap<>();
    for (var entry : record.ledger().path("steps").properties()) {
      if (!entry.getValue().has("template")) {
        steps.put(entry.getKey(), declared(entry.getKey(), entry.getValue()));
      }
    }
    return steps;
  }

  private Step declared(String id, JsonNode json) {
    List<Worker> workers = new ArrayList<>();
    JsonNode known = record.ledger().path("steps").path(id).path("agent_ids");
    if (known.isArray() && !known.isEmpty()) {
      known.forEach(agent -> workers.add(worker(agent.asText(), nodes.get(agent.asText()))));
    } else {
      String run = text(json, "run");
      JsonNode bindings = manifest.path("runtime").path("bindings");
      JsonNode binding = bindings.path(run == null ? id : run);
      JsonNode bound =
          binding.path("workers").isArray()
              ? binding.path("workers")
              : Json.MAPPER
                  .createArrayNode()
                  .add(binding.has("worker") ? binding.get("worker") : binding);
      for (JsonNode one : bound) {
        String agent = one.isTextual() ? one.asText() : text(one, "id", "agent_id", "node_id");
        if (agent != null) {
          workers.add(worker(agent, nodes.getOrDefault(agent, one)));
        }
      }
      if (workers.isEmpty()) {
        String agent = run != null ? run : id;
        workers.add(worker(agent, nodes.get(agent)));
      }
    }
    return step(id, json, workers);
  }

  private Step ofNode(String id, JsonNode node) {
    return step(id, node, List.of(worker(id, node)));
  }

  private static Step step(String id, JsonNode json, List<Worker> workers) {
    String label = text(json, "label", "display_name", "alias");
    String goal = text(json, "goal", "action");
    String emits = text(json, "emits");
    List<String> next = emits == null ? List.of() : texts(json.path("on").path(emits));
    return new Step(
        id,
        label == null ? title(id) : label,
        goal == null ? "" : goal,
        texts(json.path("requires")),
        texts(json.path("provides")),
        workers,
        emits,
        next);
  }

  private Worker worker(String id, JsonNode node) {
    JsonNode known = node == null ? MissingNode.getInstance() : node;
    String role = text(known, "role");
    role = role == null ? text(known, "agent_type", "type") : role;
    String model = text(known, "model");
    model = model == null ? text(known.path("config"), "model", "llm_model") : model;
    return new Worker(
        id,
        role == null ? "worker" : role,
        model == null ? "runtime" : model,
        text(known, "alias"),
        text(known, "display_name"));
  }

  private List<Edge> declaredEdges(JsonNode steps, JsonNode workflow) {
    JsonNode listed = workflow.path("edges");
    listed = listed.isArray() ? listed : manifest.path("flow").path("graph").path("edges");
    if (listed.isArray() && !listed.isEmpty()) {
      return edges(listed, "from", "to", "event");
    }
    List<Edge> edges = new ArrayList<>();
    for (JsonNode step : steps) {
      String emits = text(step, "emits");
      for (String to : emits == null ? List.<String>of() : texts(step.path("on").path(emits))) {
        edges.add(edge(text(step, "id"), to, Json.object(), emits));
      }
    }
    return edges;
  }

  private JsonNode agentEdges() {
    JsonNode edges = graph.path("edges");
    return edges.isArray() ? edges : graph.path("agents").path("edges");
  }

  private static List<Edge> edges(JsonNode listed, String from, String to, String event) {
    List<Edge> edges = new ArrayList<>();
    for (JsonNode json : listed) {
      String source = text(json, from, "from", "source");
      String target = text(json, to, "to", "target");
      if (source != null && target != null) {
        ObjectNode shown = Json.object();
        Stream.of("required", "accepts", "condition")
            .filter(json::hasNonNull)
            .forEach(name -> shown.set(name, Compaction.value(json.get(name))));
        String id = text(json, "id", "edge_id");
        if (id != null) {
          shown.put("id", id);
        }
        edges.add(edge(source, target, shown, text(json, event, "on")));
      }
    }
    return edges;
  }

  private static Edge edge(String from, String to, ObjectNode rest, String event) {
    ObjectNode json = Json.object().put("from", from).put("to", to);
    if (event != null) {
      json.put("event", event);
    }
    return new Edge(from, to, json.setAll(rest));
  }

  /** {@code write_report} as {@code Write Report}. */
  private static String title(String id) {
    StringBuilder title = new StringBuilder();
    for (String word : id.split("[_\\-\\s]+")) {
      if (!word.isEmpty()) {
        title.append(title.isEmpty() ? "" : " ");
        title.append(word.substring(0, 1).toUpperCase(Locale.ROOT)).append(word.substring(1));
      }
    }
    return title.isEmpty() ? id : title.toString();
  }

  private static List<String> texts(JsonNode value) {
    return value.isTextual()
        ? List.of(value.asText())
        : Json.elements(value).filter(JsonNode::isTextual).map(JsonNode::asText).toList();
  }

  private static String text(JsonNode node, String... names) {
    for (String name : names) {
      JsonNode value = node.path(name);
      if (value.isTextual() && !value.asText().isBlank()) {
        return value.asText();
      }
    }
    return null;
  }
}
