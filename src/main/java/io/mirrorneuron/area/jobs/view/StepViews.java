package io.mirrorneuron.area.jobs.view;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.POJONode;
import com.fasterxml.jackson.databind.util.RawValue;
import io.mirrorneuron.wire.AgentFacts;
import io.mirrorneuron.wire.Json;
import io.mirrorneuron.wire.Timestamps;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/** Writes steps and their agents, {@code rest.md} section 9.3; the first agents of each. */
final class StepViews {
  private static final int AGENTS_OF_STEP = 200;
  private static final int AGENTS = 500;
  private static final Set<String> NO_NODE = Set.of("", "empty", "unknown", "unassigned");
  private static final JsonNodeFactory NODES = Json.MAPPER.getNodeFactory();

  private final ProgressState state;
  private final Set<String> current;
  private final String defaultNode;
  private final Map<String, Integer> layers = new HashMap<>();
  private final Map<String, Set<String>> parents = new HashMap<>();
  private final Map<String, Set<String>> children = new HashMap<>();
  private int agentsShown;

  /**
   * @param shown the steps that are written; others are not named
   */
  StepViews(Plan plan, ProgressState state, Set<String> current, Set<String> shown) {
    this.state = state;
    this.current = current;
    this.defaultNode = defaultNode(state.agents(), plan.graph().nodes());
    for (int i = 0; i < plan.layers().size(); i++) {
      for (String id : plan.layers().get(i)) {
        layers.put(id, i);
      }
    }
    for (Plan.Edge edge : plan.edges()) {
      if (shown.contains(edge.from()) && shown.contains(edge.to())) {
        parents.computeIfAbsent(edge.to(), to -> new TreeSet<>()).add(edge.from());
        children.computeIfAbsent(edge.from(), from -> new TreeSet<>()).add(edge.to());
      }
    }
  }

  int agentsShown() {
    return agentsShown;
  }

  ObjectNode step(ShownStep step) {
    Plan.Step planned = step.plan;
    String id = planned.id();
    ObjectNode json = Json.object().put("id", id).put("label", planned.label());
    json.put("goal", planned.goal()).put("status", step.own.status.word());
    json.put("current", current.contains(id));
    parents.getOrDefault(id, Set.of()).forEach(json.putArray("parents")::add);
    children.getOrDefault(id, Set.of()).forEach(json.putArray("children")::add);
    json.put("layer", layers.get(id));
    planned.requires().forEach(json.putArray("requires")::add);
    planned.provides().forEach(json.putArray("provides")::add);
    AgentCounts count = new AgentCounts();
    step.workers().forEach(count::add);
    count.json().properties().forEach(part -> json.set(part.getKey() + "_count", part.getValue()));
    times(json, step.own);
    json.set("failure", step.own.failure);
    ArrayNode agents = json.putArray("agents");
    for (WorkState worker : step.workers()) {
      if (agents.size() < AGENTS_OF_STEP && agentsShown < AGENTS) {
        agentsShown++;
        agents.add(agent(step, worker));
      }
    }
    if (agents.size() < count.total()) {
      json.put("omitted_agents", count.total() - agents.size());
    }
    activities(json, step.own);
    return json;
  }

  private ObjectNode agent(ShownStep step, WorkState worker) {
    Plan.Worker planned = planned(step.plan.workers(), worker.id);
    AgentFacts known = state.agent(worker.id);
    ObjectNode json = Json.object().put("id", worker.id);
    json.put("role", Texts.or(worker.role, planned.role()));
    json.put("working_on", Texts.or(worker.workingOn, step.plan.label()));
    json.put("model", Texts.or(worker.model, planned.model()));
    json.set("tools", number(worker.tools));
    json.set("tokens", number(worker.tokens));
    json.put("status", worker.status.word());
    json.put("progress", Math.round(worker.progress * 10_000) / 10_000.0);
    Long depth = known.mailboxDepth();
    json.set(
        "mailbox_depth", depth != null ? NODES.numberNode(depth) : number(worker.mailboxDepth));
    times(json, worker);
    String node = Texts.or(known.assignedNode(), "");
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

  /** An instance works as the step's first agent does. */
  private static Plan.Worker planned(List<Plan.Worker> workers, String id) {
    return workers.stream()
        .filter(worker -> worker.id().equals(id))
        .findFirst()
        .orElse(workers.getFirst());
  }

  private void times(ObjectNode json, WorkState track) {
    boolean isAtWork = track.status == StepStatus.RUNNING;
    json.put("live", isAtWork && !state.isFinal());
    long until = isAtWork ? 0 : Math.max(track.endedAt, track.lastEventAt);
    json.set(
        "elapsed_seconds",
        isAtWork || until > track.startedAt
            ? ClockTemplate.elapsed(track.startedAt, until)
            : ClockTemplate.elapsed(0, 0));
    json.put("started_at", Timestamps.text(track.startedAt))
        .put("ended_at", Timestamps.text(track.endedAt));
    json.put("last_event_at", Timestamps.text(track.lastEventAt));
    json.put("retry_at", Timestamps.text(track.retryAt));
    json.put("deadline_at", Timestamps.text(track.deadlineAt));
    json.put("heartbeat_deadline_at", Timestamps.text(track.heartbeatDeadlineAt));
    json.set("attempt", track.attempt == 0 ? NODES.nullNode() : NODES.numberNode(track.attempt));
    json.put("attempt_id", track.attemptId).put("status_reason", track.reason);
  }

  private static void activities(ObjectNode json, WorkState track) {
    if (!track.activities().isEmpty()) {
      ArrayNode recent = json.putArray("recent_events");
      track.activities().forEach(activity -> recent.add(raw(activity)));
      Activity last = track.activities().getLast();
      json.set("last_activity", raw(last));
      json.put("activity_summary", last.message());
    }
  }

  private static JsonNode raw(Activity activity) {
    return new POJONode(new RawValue(activity.json()));
  }

  private static JsonNode number(Double value) {
    if (value == null) {
      return NODES.nullNode();
    }
    boolean isWhole = value == Math.rint(value) && Math.abs(value) < 1L << 53;
    return isWhole ? NODES.numberNode(value.longValue()) : NODES.numberNode(value);
  }

  private static String defaultNode(Collection<AgentFacts> agents, List<AgentFacts> nodes) {
    return Stream.concat(agents.stream(), nodes.stream())
        .map(agent -> Texts.first(agent.assignedNode(), agent.node(), ""))
        .filter(node -> !NO_NODE.contains(node))
        .findFirst()
        .orElse("workflow/runtime");
  }
}
