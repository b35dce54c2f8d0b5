package io.mirrorneuron.area.jobs.view.plan;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.mirrorneuron.area.jobs.view.plan.Plan.Edge;
import io.mirrorneuron.area.jobs.view.plan.Plan.Step;
import io.mirrorneuron.area.jobs.view.plan.Plan.Truth;
import io.mirrorneuron.area.jobs.view.plan.Plan.Worker;
import io.mirrorneuron.area.jobs.view.stored.JobRecord;
import io.mirrorneuron.area.jobs.view.stored.Texts;
import io.mirrorneuron.port.LedgerView;
import io.mirrorneuron.wire.Json;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Reads the plan of a job: the steps of its problem graph; where it has none, a step for each node
 * of its graph of agents; and of a job of which nothing is known, one step {@code job}.
 */
public final class PlanReader {
  private final JobRecord record;
  private final LedgerView ledger;
  private final JsonNode manifest;
  private final JsonNode graph;
  private final Map<String, JsonNode> nodes = new LinkedHashMap<>();
  private final Map<String, Step> steps = new LinkedHashMap<>();

  private PlanReader(JobRecord record) {
    this.record = record;
    this.ledger = record.ledger();
    this.manifest = record.manifest();
    this.graph = record.topology().isObject() ? record.topology() : manifest;
    for (JsonNode list :
        List.of(
            manifest.path("agents").path("nodes"),
            manifest.path("nodes"),
            manifest.path("metadata").path("agent_templates").path("nodes"),
            record.topology().path("nodes"),
            record.agents())) {
      for (JsonNode node : list) {
        String id = Texts.of(node, "node_id", "agent_id", "id");
        if (id != null) {
          nodes.putIfAbsent(id, node);
        }
      }
    }
  }

  public static Plan of(JobRecord record) {
    return new PlanReader(record).read();
  }

  private Plan read() {
    List<Edge> edges = readSteps();
    boolean ofAgents = steps.isEmpty() && !nodes.isEmpty();
    if (ofAgents) {
      nodes.forEach((id, node) -> steps.put(id, step(id, node, List.of(worker(id, node)))));
      JsonNode listed = graph.path("edges");
      listed = listed.isArray() ? listed : graph.path("agents").path("edges");
      edges = PlanEdges.listed(listed, steps.keySet());
    } else if (steps.isEmpty()) {
      Worker runtime = new Worker("runtime", "system", "runtime", null, null);
      steps.put("job", step("job", MissingNode.getInstance(), List.of(runtime)));
    }
    JsonNode metadata = manifest.path("metadata");
    String id = workflowId();
    String name = Texts.or(Texts.of(manifest, "name", "job_name"), Texts.of(metadata, "name"));
    String description =
        Texts.or(Texts.of(manifest, "description"), Texts.of(metadata, "description"));
    return new Plan(
        id,
        Texts.or(name, id),
        Texts.or(description, ""),
        record.isLasting(),
        ledger.hasSteps() ? Truth.LEDGER : ofAgents ? Truth.AGENTS : Truth.EVENTS,
        steps,
        edges,
        GraphLayers.of(steps.keySet(), edges),
        graph);
  }

  private String workflowId() {
    String id = Texts.of(manifest.path("workflow"), "workflow_id");
    id = Texts.or(id, Texts.of(manifest, "id", "graph_id", "workflow_id", "name"));
    return Texts.or(Texts.or(id, record.graphId(List.of())), "blueprint");
  }

  /** The steps of the problem graph, if there is one, and the edges between them. */
  private List<Edge> readSteps() {
    JsonNode problem = manifest.path("workflow");
    JsonNode listed = problem.path("steps");
    JsonNode edges = problem.path("edges");
    if (!listed.isArray() || listed.isEmpty()) {
      listed = manifest.path("flow").path("steps");
      edges = manifest.path("flow").path("graph").path("edges");
    }
    for (JsonNode json : listed) {
      declare(Texts.of(json, "id"), json);
    }
    if (steps.isEmpty()) { // of a manifest that is too big to be told, the ledger knows them
      ledger.steps().values().stream()
          .filter(step -> step.instance() == null)
          .forEach(step -> declare(step.id(), declared(step.declared())));
      if (!ledger.edges().isEmpty()) {
        return PlanEdges.tracked(ledger.edges(), steps.keySet());
      }
    }
    return edges.isArray() && !edges.isEmpty()
        ? PlanEdges.listed(edges, steps.keySet())
        : PlanEdges.emitted(steps.values(), steps.keySet());
  }

  /** As a manifest would say it. */
  private static JsonNode declared(LedgerView.Declared step) {
    return Json.object().put("label", step.label()).put("run", step.run());
  }

  private void declare(String id, JsonNode json) {
    if (id != null) {
      steps.put(id, step(id, json, workers(id, json)));
    }
  }

  private List<Worker> workers(String id, JsonNode json) {
    List<Worker> workers = new ArrayList<>();
    LedgerView.Step tracked = ledger.steps().get(id);
    if (tracked != null) {
      tracked
          .declared()
          .agentIds()
          .forEach(agent -> workers.add(worker(agent, MissingNode.getInstance())));
    }
    String run = Texts.or(Texts.of(json, "run"), id);
    if (workers.isEmpty()) {
      for (JsonNode bound : bound(manifest.path("runtime").path("bindings").path(run))) {
        String agent =
            bound.isTextual() ? bound.asText() : Texts.of(bound, "id", "agent_id", "node_id");
        if (agent != null) {
          workers.add(worker(agent, bound));
        }
      }
    }
    return workers.isEmpty() ? List.of(worker(run, MissingNode.getInstance())) : workers;
  }

  private static JsonNode bound(JsonNode binding) {
    JsonNode workers = binding.path("workers");
    JsonNode alone = binding.has("worker") ? binding.get("worker") : binding;
    return workers.isArray() ? workers : Json.MAPPER.createArrayNode().add(alone);
  }

  private static Step step(String id, JsonNode json, List<Worker> workers) {
    String emits = Texts.of(json, "emits");
    return new Step(
        id,
        Texts.or(Texts.of(json, "label", "display_name", "alias"), title(id)),
        Texts.or(Texts.of(json, "goal", "action"), ""),
        Texts.all(json.path("requires")),
        Texts.all(json.path("provides")),
        workers,
        emits,
        emits == null ? List.of() : Texts.all(json.path("on").path(emits)));
  }

  /**
   * @param otherwise what tells of it when it is no node
   */
  private Worker worker(String id, JsonNode otherwise) {
    JsonNode node = nodes.getOrDefault(id, otherwise);
    String model = Texts.of(node.path("config"), "model", "llm_model");
    return new Worker(
        id,
        Texts.or(Texts.of(node, "role", "agent_type", "type"), "worker"),
        Texts.or(Texts.or(Texts.of(node, "model"), model), "runtime"),
        Texts.of(node, "alias"),
        Texts.of(node, "display_name"));
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
}
