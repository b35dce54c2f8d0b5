package io.mirrorneuron.area.jobs.view;

import com.fasterxml.jackson.databind.JsonNode;
import io.mirrorneuron.area.jobs.view.Plan.Edge;
import io.mirrorneuron.area.jobs.view.Plan.GraphLayers;
import io.mirrorneuron.area.jobs.view.Plan.Step;
import io.mirrorneuron.area.jobs.view.Plan.Truth;
import io.mirrorneuron.area.jobs.view.Plan.Worker;
import io.mirrorneuron.port.LedgerView;
import io.mirrorneuron.wire.AgentFacts;
import io.mirrorneuron.wire.GraphFacts;
import io.mirrorneuron.wire.GraphFacts.EdgeFacts;
import io.mirrorneuron.wire.LenientJson;
import io.mirrorneuron.wire.ManifestFacts;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Reads the plan of a job: the steps of its problem graph; without one, a step for each node of its
 * graph of agents; for an unknown job, one step {@code job}.
 */
public final class PlanReader {
  private final JobRecord record;
  private final LedgerView ledger;
  private final ManifestFacts manifest;
  private final GraphFacts graph;
  private final Map<String, AgentFacts> nodes = new LinkedHashMap<>();
  private final Map<String, Step> steps = new LinkedHashMap<>();

  private PlanReader(JobRecord record) {
    this.record = record;
    this.ledger = record.ledger();
    this.manifest = ManifestFacts.read(record.manifest());
    GraphFacts declared = GraphFacts.read(record.manifest());
    GraphFacts running = GraphFacts.read(record.topology());
    this.graph = record.topology().isObject() ? running : declared;
    Stream.of(
            declared.nodesOfAgents(),
            declared.nodes(),
            manifest.metadata().agentTemplates().nodes(),
            running.nodes(),
            record.agentFacts())
        .flatMap(List::stream)
        .filter(node -> id(node) != null)
        .forEach(node -> nodes.putIfAbsent(id(node), node));
  }

  private static String id(AgentFacts node) {
    return Texts.first(node.nodeId(), node.agentId(), node.id());
  }

  public static Plan of(JobRecord record) {
    return new PlanReader(record).read();
  }

  private Plan read() {
    List<Edge> edges = readSteps();
    boolean ofAgents = steps.isEmpty() && !nodes.isEmpty();
    if (ofAgents) {
      nodes.forEach((id, node) -> steps.put(id, step(node.step(id), List.of(worker(id, node)))));
      edges = PlanEdges.listed(graph.anyEdges(), steps.keySet());
    } else if (steps.isEmpty()) {
      Worker runtime = new Worker("runtime", "system", "runtime", null, null);
      steps.put("job", step(AgentFacts.NONE.step("job"), List.of(runtime)));
    }
    ManifestFacts.Metadata metadata = manifest.metadata();
    String id = workflowId();
    return new Plan(
        id,
        Texts.first(manifest.name(), manifest.jobName(), metadata.name(), id),
        Texts.first(manifest.description(), metadata.description(), ""),
        record.isLasting(),
        ledger.hasSteps() ? Truth.LEDGER : ofAgents ? Truth.AGENTS : Truth.EVENTS,
        steps,
        edges,
        GraphLayers.of(steps.keySet(), edges),
        graph);
  }

  private String workflowId() {
    return Texts.first(
        manifest.workflow().workflowId(),
        manifest.id(),
        manifest.graphId(),
        manifest.workflowId(),
        manifest.name(),
        record.graphId(List.of()),
        "blueprint");
  }

  /** Reads the steps of the problem graph, if any; returns the edges between them. */
  private List<Edge> readSteps() {
    List<ManifestFacts.Step> listed = manifest.workflow().steps();
    List<EdgeFacts> edges = manifest.workflow().edges();
    if (listed.isEmpty()) {
      listed = manifest.flow().steps();
      edges = manifest.flow().graph().edges();
    }
    for (ManifestFacts.Step step : listed) {
      if (step.id() != null) {
        steps.put(step.id(), step(step, workers(step.id(), step.run())));
      }
    }
    if (steps.isEmpty()) { // the manifest may be too big to be returned; the ledger has the steps
      ledger.steps().values().stream()
          .filter(step -> step.instance() == null)
          .forEach(step -> steps.put(step.id(), step(step)));
      if (!ledger.edges().isEmpty()) {
        return PlanEdges.tracked(ledger.edges(), steps.keySet());
      }
    }
    return edges.isEmpty()
        ? PlanEdges.emitted(steps.values(), steps.keySet())
        : PlanEdges.listed(edges, steps.keySet());
  }

  /**
   * @param run the step's program, or null
   */
  private List<Worker> workers(String id, String run) {
    List<Worker> workers = new ArrayList<>();
    LedgerView.Step tracked = ledger.steps().get(id);
    if (tracked != null) {
      tracked.declared().agentIds().forEach(agent -> workers.add(worker(agent, AgentFacts.NONE)));
    }
    String work = Texts.first(run, id);
    if (workers.isEmpty()) {
      for (JsonNode bound : bound(manifest.runtime().bindings().get(work))) {
        AgentFacts reported = AgentFacts.read(bound);
        String agent =
            bound.isTextual()
                ? bound.asText()
                : Texts.first(reported.id(), reported.agentId(), reported.nodeId());
        if (agent != null) {
          workers.add(worker(agent, reported));
        }
      }
    }
    return workers.isEmpty() ? List.of(worker(work, AgentFacts.NONE)) : workers;
  }

  private static Iterable<JsonNode> bound(JsonNode binding) {
    if (binding == null) {
      return List.of();
    }
    Binding reported = LenientJson.read(binding, Binding.class);
    return reported.workers != null && reported.workers.isArray()
        ? reported.workers
        : List.of(reported.worker == null ? binding : reported.worker);
  }

  private record Binding(JsonNode worker, JsonNode workers) {}

  private static Step step(ManifestFacts.Step reported, List<Worker> workers) {
    JsonNode next = reported.emits() == null ? null : reported.on().get(reported.emits());
    return new Step(
        reported.id(),
        Texts.first(
            reported.label(), reported.displayName(), reported.alias(), title(reported.id())),
        Texts.first(reported.goal(), reported.action(), ""),
        Texts.all(reported.requires()),
        Texts.all(reported.provides()),
        workers,
        reported.emits(),
        Texts.all(next));
  }

  /** A step that only the ledger has. */
  private Step step(LedgerView.Step tracked) {
    String label = Texts.first(tracked.declared().label(), title(tracked.id()));
    List<Worker> workers = workers(tracked.id(), tracked.declared().run());
    return new Step(tracked.id(), label, "", List.of(), List.of(), workers, null, List.of());
  }

  /**
   * @param otherwise used when the worker is no node
   */
  private Worker worker(String id, AgentFacts otherwise) {
    AgentFacts node = nodes.getOrDefault(id, otherwise);
    return new Worker(
        id,
        Texts.first(node.role(), node.agentType(), node.type(), "worker"),
        Texts.first(node.model(), node.config().model(), node.config().llmModel(), "runtime"),
        node.alias(),
        node.displayName());
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
