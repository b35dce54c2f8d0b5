package io.mirrorneuron.jobs.view;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.POJONode;
import com.fasterxml.jackson.databind.util.RawValue;
import io.mirrorneuron.wire.Json;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** The workflow progress snapshot, {@code rest.md} sections 9.2 and 9.3; bounded. */
final class Progress {
  private static final int STEPS = 300;
  private static final int CURRENT = 50;
  private static final int AGENTS_OF_STEP = 200;
  private static final int AGENTS = 500;
  private static final int EDGES = 1000;
  private static final Set<String> NO_NODE = Set.of("", "empty", "unknown", "unassigned");

  private final String jobId;
  private final Plan plan;
  private final Fold fold;
  private final JobRecord record;
  private final Standing standing;
  private final String defaultNode;
  private int agentsLeft = AGENTS;

  private Progress(String jobId, Plan plan, Fold fold, JobRecord record) {
    this.jobId = jobId;
    this.plan = plan;
    this.fold = fold;
    this.record = record;
    this.standing = new Standing(plan, fold, record);
    this.defaultNode = defaultNode();
  }

  /**
   * @param seq number of the last event that is in it
   */
  static ObjectNode of(String jobId, long seq, Plan plan, Fold fold, JobRecord record) {
    return new Progress(jobId, plan, fold, record).write(seq);
  }

  private ObjectNode write(long seq) {
    List<String> current = standing.current().stream().limit(CURRENT).toList();
    Set<String> shown = shown(current);
    ObjectNode json = Json.object().put("schema_version", 1).put("job_id", jobId);
    json.put("workflow_id", plan.workflowId()).put("name", plan.name());
    json.put("description", plan.description()).put("trace_id", standing.traceId());
    json.put("status", standing.status());
    json.put("workflow_kind", plan.isLasting() ? "service" : "batch");
    if (!standing.status().equals("completed")) {
      json.set("failure", standing.failure());
    }
    json.put("seq", seq).set("generated_at", Ticking.now());
    json.put("submitted_at", Times.text(standing.submittedAt()));
    json.set("elapsed_seconds", elapsed(standing.submittedAt(), standing.endedAt()));
    json.set("agent_count", agentCount());
    json.put("current_step_id", current.getFirst());
    current.forEach(json.putArray("current_step_ids")::add);
    json.putNull("current_step");
    ArrayNode steps = json.putArray("steps");
    int agents = 0;
    for (int layer = 0; layer < plan.layers().size(); layer++) {
      for (String id : plan.layers().get(layer)) {
        layerOf.put(id, layer);
      }
    }
    for (StepTrack step : standing.steps()) {
      agents += step.workers().size();
      if (shown.contains(step.plan.id())) {
        ObjectNode one = step(step, current, shown);
        steps.add(one);
        if (step.plan.id().equals(current.getFirst())) {
          json.set("current_step", one);
        }
      }
    }
    edges(json.putArray("edges"), shown);
    layers(json.putArray("layers"), shown);
    messages(json.putArray("messages"));
    fold.recent().forEach(json.putArray("recent_events")::add);
    if (record.stored().observability().isObject()) {
      json.set("observability_summary", record.stored().observability());
    }
    int leftOut = agents - (AGENTS - agentsLeft);
    if (leftOut > 0) {
      json.putObject("omitted")
          .put("steps", plan.steps().size() - shown.size())
          .put("agents", leftOut);
    }
    return json;
  }

  private final java.util.Map<String, Integer> layerOf = new java.util.HashMap<>();
  private final java.util.Map<String, Set<String>> parents = new java.util.HashMap<>();
  private final java.util.Map<String, Set<String>> children = new java.util.HashMap<>();

  /** Those people look at, then the first ones. */
  private Set<String> shown(List<String> current) {
    Set<String> shown = new HashSet<>(current);
    for (String id : plan.steps().keySet()) {
      if (shown.size() >= STEPS) {
        break;
      }
      shown.add(id);
    }
    for (Plan.Edge edge : plan.edges()) {
      parents.computeIfAbsent(edge.to(), to -> new LinkedHashSet<>()).add(edge.from());
      children.computeIfAbsent(edge.from(), from -> new LinkedHashSet<>()).add(edge.to());
    }
    return shown;
  }

  private ObjectNode agentCount() {
    Count count = new Count();
    standing.steps().forEach(step -> step.workers().forEach(count::add));
    ObjectNode json = Json.object().put("done", count.done).put("running", count.running);
    json.put("idle", count.idle).put("ready", count.ready).put("failed", count.failed);
    return json.put("total", count.total);
  }

  private static final class Count {
    int done;
    int running;
    int idle;
    int ready;
    int failed;
    int total;

    void add(Track track) {
      total++;
      ready += track.status.isSound() ? 1 : 0;
      switch (track.status) {
        case DONE -> done++;
        case RUNNING -> running++;
        case IDLE -> idle++;
        case FAILED -> failed++;
        default -> {
          // in the total only
        }
      }
    }
  }

  private ObjectNode step(StepTrack step, List<String> current, Set<String> shown) {
    Plan.Step planned = step.plan;
    String id = planned.id();
    ObjectNode json = Json.object().put("id", id).put("label", planned.label());
    json.put("goal", planned.goal()).put("status", step.own.status.word());
    json.put("current", current.contains(id));
    texts(json.putArray("parents"), parents.getOrDefault(id, Set.of()), shown);
    texts(json.putArray("children"), children.getOrDefault(id, Set.of()), shown);
    json.put("layer", layerOf.get(id));
    planned.requires().forEach(json.putArray("requires")::add);
    planned.provides().forEach(json.putArray("provides")::add);
    Count count = new Count();
    step.workers().forEach(count::add);
    json.put("done_count", count.done).put("running_count", count.running);
    json.put("idle_count", count.idle).put("ready_count", count.ready);
    json.put("failed_count", count.failed).put("total_count", count.total);
    times(json, step.own);
    json.set("failure", step.own.failure);
    ArrayNode agents = json.putArray("agents");
    for (Track worker : step.workers()) {
      if (agents.size() < AGENTS_OF_STEP && agentsLeft > 0) {
        agentsLeft--;
        agents.add(agent(step, worker));
      }
    }
    if (agents.size() < count.total) {
      json.put("omitted_agents", count.total - agents.size());
    }
    activities(json, step.own);
    return json;
  }

  private ObjectNode agent(StepTrack step, Track worker) {
    Plan.Worker planned =
        step.plan.workers().stream()
            .filter(one -> one.id().equals(worker.id))
            .findFirst()
            .orElse(step.plan.workers().getFirst()); // an instance works as the step's agent does
    JsonNode known = standing.agent(worker.id);
    ObjectNode json = Json.object().put("id", worker.id);
    json.put("role", or(worker.role, planned.role()));
    json.put("working_on", or(worker.workingOn, step.plan.label()));
    json.put("model", or(worker.model, planned.model()));
    json.set("tools", number(worker.tools));
    json.set("tokens", number(worker.tokens));
    json.put("status", worker.status.word());
    json.put("progress", Math.round(worker.progress * 10_000) / 10_000.0);
    JsonNode depth = known == null ? number(worker.mailboxDepth) : known.path("mailbox_depth");
    json.set("mailbox_depth", depth.isNumber() ? depth : null);
    times(json, worker);
    String node = known == null ? "" : known.path("assigned_node").asText("");
    json.put("assigned_node", NO_NODE.contains(node) ? defaultNode : node);
    if (worker.failure != null) {
      json.set("failure", worker.failure);
    }
    if (planned.alias() != null) {
      json.put("alias", planned.alias());
    }
    if (planned.displayName() != null) {
      json.put("display_name", planned.displayName());
    }
    activities(json, worker);
    return json;
  }

  private void times(ObjectNode json, Track track) {
    boolean live = !standing.isFinal() && track.status == StepStatus.RUNNING;
    json.put("live", live);
    long ended = track.endedAt != 0 ? track.endedAt : standing.endedAt();
    boolean counts = track.status == StepStatus.RUNNING || ended != 0;
    json.set(
        "elapsed_seconds",
        elapsed(track.startedAt, counts ? ended : Math.max(track.startedAt, track.lastEventAt)));
    json.put("started_at", Times.text(track.startedAt)).put("ended_at", Times.text(track.endedAt));
    json.put("last_event_at", Times.text(track.lastEventAt));
    json.put("retry_at", Times.text(track.retryAt));
    json.put("deadline_at", Times.text(track.deadlineAt));
    json.put("heartbeat_deadline_at", Times.text(track.heartbeatDeadlineAt));
    json.set(
        "attempt",
        track.attempt == 0 ? null : Json.MAPPER.getNodeFactory().numberNode(track.attempt));
    json.put("attempt_id", track.attemptId).put("status_reason", track.reason);
  }

  private static JsonNode elapsed(long from, long to) {
    return from != 0 && to == 0
        ? Ticking.since(from)
        : Json.MAPPER.getNodeFactory().numberNode(Ticking.seconds(from == 0 ? 0 : to - from));
  }

  private static void activities(ObjectNode json, Track track) {
    Collection<Activity> activities = track.activities();
    if (activities.isEmpty()) {
      return;
    }
    ArrayNode recent = json.putArray("recent_events");
    activities.forEach(activity -> recent.add(raw(activity)));
    Activity last = track.activities().getLast();
    json.set("last_activity", raw(last));
    json.put("activity_summary", last.message());
  }

  private static JsonNode raw(Activity activity) {
    return new POJONode(new RawValue(activity.json()));
  }

  private void edges(ArrayNode edges, Set<String> shown) {
    plan.edges().stream()
        .filter(edge -> shown.contains(edge.from()) && shown.contains(edge.to()))
        .limit(EDGES)
        .forEach(edge -> edges.add(edge.json()));
  }

  private void layers(ArrayNode layers, Set<String> shown) {
    for (List<String> layer : plan.layers()) {
      texts(layers.addArray(), layer, shown);
    }
    for (int i = layers.size() - 1; i >= 0; i--) {
      if (layers.get(i).isEmpty()) {
        layers.remove(i);
      }
    }
  }

  private void messages(ArrayNode messages) {
    fold.messages().forEach(messages::add);
  }

  private static void texts(ArrayNode array, Collection<String> texts, Set<String> shown) {
    texts.stream().filter(shown::contains).forEach(array::add);
  }

  private static JsonNode number(Double value) {
    return value == null
        ? Json.MAPPER.nullNode()
        : value == Math.rint(value) && Math.abs(value) < 1L << 53
            ? Json.MAPPER.getNodeFactory().numberNode(value.longValue())
            : Json.MAPPER.getNodeFactory().numberNode(value);
  }

  private static String or(String first, String second) {
    return first == null ? second : first;
  }

  private String defaultNode() {
    for (JsonNode list : new JsonNode[] {record.agents(), plan.graph().path("nodes")}) {
      for (JsonNode agent : list) {
        String node = agent.path("assigned_node").asText(agent.path("node").asText(""));
        if (!NO_NODE.contains(node)) {
          return node;
        }
      }
    }
    return "workflow/runtime";
  }
}
