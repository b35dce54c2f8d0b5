package io.mirrorneuron.area.jobs.view;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.POJONode;
import com.fasterxml.jackson.databind.util.RawValue;
import io.mirrorneuron.area.jobs.view.Traffic.Seen;
import io.mirrorneuron.area.jobs.view.Traffic.Way;
import io.mirrorneuron.wire.AgentFacts;
import io.mirrorneuron.wire.GraphFacts;
import io.mirrorneuron.wire.GraphFacts.EdgeFacts;
import io.mirrorneuron.wire.Json;
import io.mirrorneuron.wire.Timestamps;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Accumulates the events of one job and builds views of it. Takes each event once and in order, in
 * portions of any size. Events that programs of the run wrote themselves are merged by time, if
 * they arrive early enough. Not thread-safe.
 */
public final class JobStory {
  private final String jobId;
  private final Plan plan;
  private final EventDigest digest;
  private final Traffic traffic = new Traffic();
  private final Deque<JobEvent> ofPrograms = new ArrayDeque<>();
  private long seq;
  private long lastOfPrograms;

  /**
   * @param first with the manifest or the topology, as {@code JobsPort.get} answers
   */
  public JobStory(String jobId, JobRecord first) {
    this.jobId = jobId;
    this.plan = PlanReader.of(first);
    this.digest = new EventDigest(plan);
  }

  /** The number of the job's last event taken; 0 before the first. */
  public long seq() {
    return seq;
  }

  /** Grows with each event of the job and of its programs. */
  public long version() {
    return seq + lastOfPrograms;
  }

  /** Whether an event has ended the job. */
  public boolean hasEnded() {
    return digest.hasEnded();
  }

  /** Approximate number of steps, agents and message routes held. */
  public int weight() {
    return digest.weight() + traffic.ways().size();
  }

  /** Takes the events after {@link #seq}, as JSON texts. */
  public void add(List<String> texts) {
    List<JobEvent> events = texts.stream().map(JobEvent::parse).toList();
    List<JobEvent> all = new ArrayList<>();
    for (JobEvent event : events) {
      while (!ofPrograms.isEmpty() && ofPrograms.peek().at() < event.at()) {
        all.add(ofPrograms.poll());
      }
      all.add(event);
    }
    apply(all);
    seq = events.isEmpty() ? seq : Math.max(seq + events.size(), events.getLast().seq());
  }

  /**
   * Queues these events; each is applied before the first later event of the job. The status of the
   * job itself comes from the runtime only.
   *
   * @param last the number of the last of them among all records of the run
   */
  public void addOfPrograms(List<ObjectNode> events, long last) {
    events.stream()
        .map(JobEvent::new)
        .filter(event -> !event.type().startsWith("job_"))
        .forEach(ofPrograms::add);
    lastOfPrograms = Math.max(lastOfPrograms, last);
  }

  /** Applies the queued events that are later than every event of the job. */
  public void settle() {
    apply(List.copyOf(ofPrograms));
    ofPrograms.clear();
  }

  private void apply(List<JobEvent> events) {
    digest.applyAll(events);
    events.forEach(traffic::apply);
  }

  /** The workflow progress, {@code rest.md} section 9.2. */
  public ClockTemplate progress(JobRecord record) {
    return ClockTemplate.of(new ProgressSnapshot(plan, digest, record).snapshot(jobId, version()));
  }

  /** Whether {@link #progress} shows an ended job. */
  public boolean isFinal(JobRecord record) {
    return hasEnded() || record.isFinal();
  }

  /** The agents and the messages between them, {@code rest.md} section 10. */
  public ObjectNode agentGraph(JobRecord record) {
    return AgentGraph.of(jobId, plan, traffic, record);
  }

  /**
   * Writes the workflow progress, {@code rest.md} section 9.2. Of a big job it shows only the first
   * steps and the current ones; counts include all steps.
   */
  private static final class ProgressSnapshot {
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
     * The snapshot; its times are gaps of a {@link ClockTemplate}.
     *
     * @param seq grows with each event in it
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

  /** The agents of a job and the messages between them, {@code rest.md} section 10; bounded. */
  private static final class AgentGraph {
    private static final int NODES = 2000;
    private static final int EDGES = 5000;
    private static final Comparator<Way> ORDER =
        Comparator.comparing(Way::from).thenComparing(Way::to).thenComparing(Way::type);

    private final Plan plan;
    private final Traffic traffic;
    private final JobRecord record;
    private final Map<String, ObjectNode> nodes = new TreeMap<>();
    private final Map<Way, ObjectNode> edges = new LinkedHashMap<>();

    private AgentGraph(Plan plan, Traffic traffic, JobRecord record) {
      this.plan = plan;
      this.traffic = traffic;
      this.record = record;
    }

    static ObjectNode of(String jobId, Plan plan, Traffic traffic, JobRecord record) {
      return new AgentGraph(plan, traffic, record).write(jobId);
    }

    private ObjectNode write(String jobId) {
      List<AgentFacts> agents = record.agentFacts();
      agents.forEach(agent -> add(agent, Texts.or(agent.status(), "unknown")));
      GraphFacts graph = plan.graph();
      Stream.of(graph.nodes(), graph.nodesOfAgents())
          .flatMap(List::stream)
          .forEach(node -> add(node, "declared"));
      graph.anyEdges().forEach(this::addDeclared);
      traffic.ways().forEach(this::addSeen);
      agents.forEach(this::addOutbound);
      edges.keySet().forEach(way -> List.of(way.from(), way.to()).forEach(this::addExternal));

      ObjectNode json = Json.object().put("job_id", jobId);
      json.put("graph_id", record.graphId(List.of())).put("status", record.status());
      ArrayNode shown = json.putArray("nodes");
      nodes.values().stream().limit(NODES).forEach(shown::add);
      ArrayNode drawn = json.putArray("edges");
      Set<String> known = nodes.keySet().stream().limit(NODES).collect(Collectors.toSet());
      edges.entrySet().stream()
          .filter(
              edge -> known.contains(edge.getKey().from()) && known.contains(edge.getKey().to()))
          .sorted(Map.Entry.comparingByKey(ORDER))
          .limit(EDGES)
          .forEach(edge -> drawn.add(edge.getValue()));
      ObjectNode stats = json.putObject("stats");
      stats.put("agent_count", nodes.size()).put("edge_count", edges.size());
      stats.put("message_count", traffic.messages()).put("event_count", traffic.events());
      return json;
    }

    private void add(AgentFacts agent, String status) {
      String id = Texts.first(agent.agentId(), agent.nodeId(), agent.id());
      if (id == null || nodes.containsKey(id)) {
        return;
      }
      ObjectNode node = Json.object().put("id", id);
      node.put("label", label(agent, id));
      node.put("agent_type", Texts.or(agent.agentType(), "worker"));
      node.put("type", Texts.or(agent.type(), "generic")).put("status", status);
      node.put("assigned_node", Texts.or(agent.assignedNode(), "unassigned"));
      node.put("processed_messages", orZero(agent.processedMessages()));
      node.put("mailbox_depth", orZero(agent.mailboxDepth()));
      put(node, "alias", agent.alias());
      put(node, "display_name", agent.displayName());
      put(node, "role", agent.role());
      nodes.put(id, runtime(node, id));
    }

    private static long orZero(Long count) {
      return count == null ? 0 : count;
    }

    private static void put(ObjectNode node, String name, String reported) {
      if (reported != null) {
        node.put(name, reported);
      }
    }

    private void addExternal(String id) {
      if (!nodes.containsKey(id)) {
        ObjectNode node = Json.object().put("id", id).put("label", id);
        node.put("agent_type", "external").put("type", "message").put("status", "observed");
        node.put("assigned_node", "unassigned")
            .put("processed_messages", 0)
            .put("mailbox_depth", 0);
        nodes.put(id, runtime(node, id));
      }
    }

    private static ObjectNode runtime(ObjectNode node, String id) {
      return id.equals("runtime")
          ? node.put("agent_type", "system")
              .put("type", "runtime")
              .put("label", "System Runtime")
              .put("display_name", "System Runtime")
              .put("assigned_node", "system/runtime")
          : node;
    }

    private static String label(AgentFacts agent, String id) {
      return Stream.of(agent.alias(), agent.displayName(), agent.label(), agent.role())
          .filter(label -> label != null && !label.equals("unknown"))
          .findFirst()
          .orElse(id);
    }

    private void addDeclared(EdgeFacts edge) {
      String from = Texts.first(edge.fromNode(), edge.from());
      String to = Texts.first(edge.toNode(), edge.to());
      if (from != null && to != null) {
        Way way = new Way(from, to, Texts.or(edge.messageType(), "*"));
        edges.putIfAbsent(way, edge(way, new Seen(0, null), "manifest"));
      }
    }

    private void addSeen(Way way, Seen seen) {
      String source = edges.containsKey(way) ? "manifest+events" : "agent_message_received";
      edges.put(way, edge(way, seen, source));
    }

    private void addOutbound(AgentFacts agent) {
      if (agent.agentId() != null) {
        for (String to : agent.metadata().outboundEdges()) {
          Way way = new Way(agent.agentId(), to, "*");
          edges.putIfAbsent(way, edge(way, new Seen(0, null), "outbound_edges"));
        }
      }
    }

    private static ObjectNode edge(Way way, Seen seen, String source) {
      ObjectNode json = Json.object().put("id", way.id());
      json.put("source", way.from()).put("target", way.to()).put("message_type", way.type());
      json.put("count", seen.count()).put("last_seen_at", seen.lastSeenAt());
      return json.put("source_event", source);
    }
  }

  /** Writes steps and the first agents of each, {@code rest.md} section 9.3. */
  private static final class StepViews {
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
     * @param shown the steps to write; no other step is named
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
      count
          .json()
          .properties()
          .forEach(part -> json.set(part.getKey() + "_count", part.getValue()));
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

    /** An instance has the role and model of the step's first agent. */
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

  private static final class AgentCounts {
    private int done;
    private int running;
    private int idle;
    private int ready;
    private int failed;
    private int total;

    void add(WorkState agent) {
      total++;
      ready += agent.status.isSound() ? 1 : 0;
      switch (agent.status) {
        case DONE -> done++;
        case RUNNING -> running++;
        case IDLE -> idle++;
        case FAILED -> failed++;
        default -> {
          // counted in the total only
        }
      }
    }

    int total() {
      return total;
    }

    ObjectNode json() {
      ObjectNode json = Json.object().put("done", done).put("running", running);
      return json.put("idle", idle).put("ready", ready).put("failed", failed).put("total", total);
    }
  }
}
