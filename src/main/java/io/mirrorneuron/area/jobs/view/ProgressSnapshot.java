package io.mirrorneuron.area.jobs.view;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.wire.Json;
import io.mirrorneuron.wire.Timestamps;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Writes the workflow progress, {@code rest.md} section 9.2. Of a big job only the first steps and
 * the current ones are shown; counts are of all.
 */
public final class ProgressSnapshot {
  private static final int STEPS = 300;
  private static final int CURRENT = 50;
  private static final int EDGES = 1000;

  private final Plan plan;
  private final EventDigest events;
  private final JobRecord record;
  private final ProgressState state;
  private final List<String> current;
  private final Set<String> shown;

  public ProgressSnapshot(Plan plan, EventDigest events, JobRecord record) {
    this.plan = plan;
    this.events = events;
    this.record = record;
    this.state = new ProgressState(plan, events, record);
    this.current = state.current().stream().limit(CURRENT).toList();
    this.shown = shown();
  }

  private Set<String> shown() {
    Set<String> ids = new HashSet<>(current);
    for (String id : plan.steps().keySet()) {
      if (ids.size() >= STEPS) {
        break;
      }
      ids.add(id);
    }
    return ids;
  }

  /**
   * The snapshot; its clocks are places of {@link ClockTemplate}.
   *
   * @param seq grows with each event that is in it
   */
  public ObjectNode snapshot(String jobId, long seq) {
    ObjectNode json = Json.object().put("schema_version", 1).put("job_id", jobId);
    json.put("workflow_id", plan.workflowId()).put("name", plan.name());
    json.put("description", plan.description()).put("trace_id", state.traceId());
    json.put("status", state.status());
    json.put("workflow_kind", plan.isLasting() ? "service" : "batch");
    if (!state.status().equals("completed")) {
      json.set("failure", state.failure());
    }
    json.put("seq", seq).set("generated_at", ClockTemplate.now());
    json.put("submitted_at", Timestamps.text(state.submittedAt()));
    json.set("elapsed_seconds", ClockTemplate.elapsed(state.submittedAt(), state.endedAt()));
    steps(json);
    ArrayNode edges = json.putArray("edges");
    plan.edges().stream()
        .filter(edge -> shown.contains(edge.from()) && shown.contains(edge.to()))
        .limit(EDGES)
        .forEach(edge -> edges.add(edge.json()));
    ArrayNode layers = json.putArray("layers");
    for (List<String> layer : plan.layers()) {
      List<String> ids = layer.stream().filter(shown::contains).toList();
      if (!ids.isEmpty()) {
        ids.forEach(layers.addArray()::add);
      }
    }
    events.messages().forEach(json.putArray("messages")::add);
    events.recent().forEach(json.putArray("recent_events")::add);
    if (record.stored().observability().isObject()) {
      json.set("observability_summary", record.stored().observability());
    }
    return json;
  }

  private void steps(ObjectNode json) {
    AgentCounts agents = new AgentCounts();
    Collection<ShownStep> all = state.steps();
    all.forEach(step -> step.workers().forEach(agents::add));
    json.set("agent_count", agents.json());
    json.put("current_step_id", current.getFirst());
    current.forEach(json.putArray("current_step_ids")::add);
    StepViews views = new StepViews(plan, state, new HashSet<>(current), shown);
    ArrayNode steps = Json.MAPPER.createArrayNode();
    for (ShownStep step : all) {
      if (shown.contains(step.plan.id())) {
        ObjectNode view = views.step(step);
        steps.add(view);
        if (step.plan.id().equals(current.getFirst())) {
          json.set("current_step", view);
        }
      }
    }
    json.set("steps", steps);
    int omitted = agents.total() - views.agentsShown();
    if (omitted > 0) {
      ObjectNode left = json.putObject("omitted");
      left.put("steps", all.size() - shown.size()).put("agents", omitted);
    }
  }
}
