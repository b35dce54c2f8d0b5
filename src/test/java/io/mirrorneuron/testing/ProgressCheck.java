package io.mirrorneuron.testing;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeType;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Reads a progress snapshot, an agent graph, a row or the detail of a job as the web UI does:
 * members may be absent, but one of another type, or a null where none is allowed, throws the whole
 * answer away. Beyond that: what a snapshot says twice, it says alike.
 */
public final class ProgressCheck {
  private static final String TIMES =
      "started_at? ended_at? last_event_at? retry_at? deadline_at? heartbeat_deadline_at?"
          + " attempt_id? status_reason?";
  private static final Set<String> CATEGORIES =
      Set.of("agent", "tool", "system", "artifact", "error");

  private final List<String> faults = new ArrayList<>();

  private ProgressCheck() {}

  public static void fits(JsonNode snapshot) {
    ProgressCheck check = new ProgressCheck();
    check.snapshot(snapshot);
    assertThat(check.faults).as(snapshot.toString()).isEmpty();
  }

  public static void fitsGraph(JsonNode graph) {
    ProgressCheck check = new ProgressCheck();
    check.graph(graph);
    assertThat(check.faults).as(graph.toString()).isEmpty();
  }

  public static void fitsRow(JsonNode row) {
    ProgressCheck check = new ProgressCheck();
    check.row(row);
    assertThat(check.faults).as(row.toString()).isEmpty();
  }

  public static void fitsDetail(JsonNode detail) {
    ProgressCheck check = new ProgressCheck();
    check.detail(detail);
    assertThat(check.faults).as(detail.toString()).isEmpty();
  }

  private void snapshot(JsonNode json) {
    texts(json, "job_id workflow_id name description status trace_id? generated_at? submitted_at?");
    texts(json, "current_step_id?");
    numbers(json, "schema_version elapsed_seconds seq");
    expect(Set.of("batch", "service").contains(json.path("workflow_kind").asText()), "kind");
    numbers(json.path("agent_count"), "done running idle ready failed total");
    failure(json, "failure", true);
    expect(
        !json.has("observability_summary") || json.get("observability_summary").isObject(),
        "summary");
    listOfTexts(json, "current_step_ids");
    listOfTexts(json, "messages");
    expect(json.path("layers").isArray(), "layers");
    json.path("layers").forEach(layer -> layer.forEach(id -> expect(id.isTextual(), "layer")));
    Set<String> ids = new HashSet<>();
    for (JsonNode step : json.path("steps")) {
      step(step);
      ids.add(step.path("id").asText());
    }
    expect(!ids.isEmpty() && ids.size() == json.path("steps").size(), "steps");
    step(json.path("current_step"));
    for (JsonNode edge : json.path("edges")) {
      texts(edge, "from to event");
      expect(ids.contains(edge.path("from").asText()), "edge from nowhere");
      expect(ids.contains(edge.path("to").asText()), "edge to nowhere");
    }
    json.path("recent_events").forEach(this::event);
    agree(json, ids);
  }

  private void agree(JsonNode json, Set<String> ids) {
    Set<String> current = new HashSet<>();
    json.path("current_step_ids").forEach(id -> current.add(id.asText()));
    expect(ids.containsAll(current), "current steps are shown");
    expect(current.contains(json.path("current_step_id").asText()), "the first current step");
    Set<String> layered = new HashSet<>();
    json.path("layers").forEach(layer -> layer.forEach(id -> layered.add(id.asText())));
    expect(layered.equals(ids), "layers hold all steps");
    int total = 0;
    for (JsonNode step : json.path("steps")) {
      boolean marked = step.path("current").asBoolean();
      expect(marked == current.contains(step.path("id").asText()), "current mark");
      if (step.path("id").equals(json.path("current_step_id"))) {
        expect(step.equals(json.path("current_step")), "current step is its copy");
      }
      total += step.path("total_count").asInt();
    }
    if (!json.has("omitted")) {
      expect(total == json.at("/agent_count/total").asInt(), "all agents are counted");
    }
    boolean failed = json.path("status").asText().equals("failed");
    expect(failed || !json.hasNonNull("failure"), "no failure is open while nothing has failed");
  }

  private void step(JsonNode step) {
    texts(step, "id label goal status activity_summary " + TIMES);
    booleans(step, "current live");
    for (String list : List.of("parents", "children", "requires", "provides")) {
      listOfTexts(step, list);
    }
    numbers(step, "layer done_count running_count idle_count ready_count failed_count total_count");
    numbers(step, "elapsed_seconds attempt?");
    failure(step, "failure", true);
    activities(step);
    for (JsonNode agent : step.path("agents")) {
      texts(agent, "id role working_on model status assigned_node activity_summary " + TIMES);
      texts(agent, "alias display_name");
      numbers(agent, "progress elapsed_seconds mailbox_depth? tokens? tools? attempt?");
      double progress = agent.path("progress").asDouble();
      expect(progress >= 0 && progress <= 1, "progress");
      booleans(agent, "live");
      failure(agent, "failure", false);
      activities(agent);
    }
  }

  private void activities(JsonNode json) {
    json.path("recent_events").forEach(this::activity);
    if (json.has("last_activity")) {
      activity(json.get("last_activity"));
    }
  }

  private void activity(JsonNode activity) {
    texts(
        activity, "timestamp type step_id agent_id status message tool_name target result_summary");
    expect(CATEGORIES.contains(activity.path("category").asText()), "category");
    numbers(activity, "duration_ms");
    expect(!activity.path("payload").isNull() && !activity.path("details").isNull(), "payload");
  }

  private void event(JsonNode event) {
    texts(event, "timestamp type agent_id trace_id step worker");
    expect(!event.has("failure") || event.get("failure").isObject(), "failure of an event");
  }

  private void failure(JsonNode json, String name, boolean mayBeNull) {
    JsonNode error = json.get(name);
    if (error == null || mayBeNull && error.isNull()) {
      return;
    }
    texts(error, "schema_version code desc severity occurred_at event_id remediation");
    texts(error, "trace_id? span_id?");
    expect(error.path("details").isObject(), "details");
    for (JsonNode link : error.path("links")) {
      texts(link, "rel artifact_id url");
    }
  }

  private void graph(JsonNode json) {
    texts(json, "job_id graph_id? status");
    for (JsonNode node : json.path("nodes")) {
      texts(node, "id label agent_type type assigned_node status");
      texts(node, "alias display_name role");
      numbers(node, "processed_messages mailbox_depth");
    }
    for (JsonNode edge : json.path("edges")) {
      texts(edge, "id source target message_type last_seen_at? source_event");
      numbers(edge, "count");
    }
    numbers(json.path("stats"), "agent_count edge_count message_count event_count");
  }

  private void row(JsonNode json) {
    texts(json, "job_id status type job_type graph_id? submitted_at? updated_at? run_id?");
    texts(json, "trace_id? recovery_status?");
    numbers(json, "executor_count active_executors");
    booleans(json, "live recovery_requires_review");
    expect(!json.has("live?") || json.get("live?").isBoolean(), "live?");
    expect(!json.has("recovery") || json.get("recovery").isObject(), "recovery");
    failure(json, "failure", false);
  }

  private void detail(JsonNode json) {
    row(json.path("job"));
    failure(json.path("summary"), "failure", false);
    texts(json.path("summary"), "run_id? trace_id? type job_type stream_mode");
    texts(json, "trace_id?");
    failure(json, "failure", true);
    expect(json.path("observability_summary").isObject(), "summary");
    observed(json.path("observability_summary"));
    observed(json.path("summary").path("observability_summary"));
    for (JsonNode agent : json.path("agents")) {
      texts(agent, "agent_id agent_type type assigned_node status alias display_name label role");
      numbers(agent, "processed_messages mailbox_depth");
      booleans(agent, "running paused");
      failure(agent, "failure", true);
    }
    json.path("recent_events").forEach(this::event);
    for (JsonNode file : json.path("artifacts")) {
      texts(file, "artifact_id relative_path path url reveal_url label title name");
      numbers(file, "size_bytes");
    }
  }

  private void observed(JsonNode summary) {
    if (!summary.isMissingNode()) {
      numbers(summary, "duration_ms retry_count");
      texts(summary, "trace_id");
    }
    for (String group : List.of("counts", "resource_peaks", "token_totals")) {
      summary.path(group).forEach(figure -> expect(figure.isNumber(), group + " are numbers"));
    }
  }

  private void texts(JsonNode json, String names) {
    all(json, names, JsonNodeType.STRING);
  }

  private void numbers(JsonNode json, String names) {
    all(json, names, JsonNodeType.NUMBER);
  }

  private void booleans(JsonNode json, String names) {
    all(json, names, JsonNodeType.BOOLEAN);
  }

  private void listOfTexts(JsonNode json, String name) {
    expect(json.path(name).isArray(), name + " is a list");
    json.path(name).forEach(item -> expect(item.isTextual(), name + " holds texts"));
  }

  /** A name with a question mark may be null; every name may be absent. */
  private void all(JsonNode json, String names, JsonNodeType type) {
    expect(json.isObject(), "an object with " + names);
    for (String name : names.split(" ")) {
      boolean mayBeNull = name.endsWith("?");
      String member = mayBeNull ? name.substring(0, name.length() - 1) : name;
      JsonNode value = json.path(member);
      boolean fits =
          value.isMissingNode() || value.getNodeType() == type || mayBeNull && value.isNull();
      expect(fits, member + " is " + value);
    }
  }

  private void expect(boolean holds, String what) {
    if (!holds) {
      faults.add(what);
    }
  }
}
