package io.mirrorneuron.area.jobs.view;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.area.jobs.view.Traffic.Seen;
import io.mirrorneuron.area.jobs.view.Traffic.Way;
import io.mirrorneuron.area.jobs.view.plan.Plan;
import io.mirrorneuron.area.jobs.view.stored.JobRecord;
import io.mirrorneuron.area.jobs.view.stored.Texts;
import io.mirrorneuron.wire.Json;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** The agents of a job and who talks to whom, {@code rest.md} section 10; bounded. */
final class AgentGraph {
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
    record.agents().forEach(agent -> add(agent, agent.path("status").asText("unknown")));
    JsonNode graph = plan.graph();
    for (JsonNode list : List.of(graph.path("nodes"), graph.path("agents").path("nodes"))) {
      list.forEach(node -> add(node, "declared"));
    }
    JsonNode declared =
        graph.path("edges").isArray() ? graph.path("edges") : graph.path("agents").path("edges");
    declared.forEach(this::addDeclared);
    traffic.ways().forEach(this::addSeen);
    record.agents().forEach(this::addOutbound);
    edges.keySet().forEach(way -> List.of(way.from(), way.to()).forEach(this::addExternal));

    ObjectNode json = Json.object().put("job_id", jobId);
    json.put("graph_id", record.graphId(List.of())).put("status", record.status());
    ArrayNode shown = json.putArray("nodes");
    nodes.values().stream().limit(NODES).forEach(shown::add);
    ArrayNode drawn = json.putArray("edges");
    Set<String> known = nodes.keySet().stream().limit(NODES).collect(Collectors.toSet());
    edges.entrySet().stream()
        .filter(edge -> known.contains(edge.getKey().from()) && known.contains(edge.getKey().to()))
        .sorted(Map.Entry.comparingByKey(ORDER))
        .limit(EDGES)
        .forEach(edge -> drawn.add(edge.getValue()));
    ObjectNode stats = json.putObject("stats");
    stats.put("agent_count", nodes.size()).put("edge_count", edges.size());
    stats.put("message_count", traffic.messages()).put("event_count", traffic.events());
    return json;
  }

  private void add(JsonNode agent, String status) {
    String id = Texts.of(agent, "agent_id", "node_id", "id");
    if (id == null || nodes.containsKey(id)) {
      return;
    }
    ObjectNode node = Json.object().put("id", id);
    node.put("label", label(agent, id));
    node.put("agent_type", Texts.or(Texts.of(agent, "agent_type"), "worker"));
    node.put("type", Texts.or(Texts.of(agent, "type"), "generic")).put("status", status);
    node.put("assigned_node", Texts.or(Texts.of(agent, "assigned_node"), "unassigned"));
    node.put("processed_messages", agent.path("processed_messages").asLong());
    node.put("mailbox_depth", agent.path("mailbox_depth").asLong());
    for (String name : List.of("alias", "display_name", "role")) {
      String value = Texts.of(agent, name);
      if (value != null) {
        node.put(name, value);
      }
    }
    nodes.put(id, runtime(node));
  }

  private void addExternal(String id) {
    if (!nodes.containsKey(id)) {
      ObjectNode node = Json.object().put("id", id).put("label", id);
      node.put("agent_type", "external").put("type", "message").put("status", "observed");
      node.put("assigned_node", "unassigned").put("processed_messages", 0).put("mailbox_depth", 0);
      nodes.put(id, runtime(node));
    }
  }

  private static ObjectNode runtime(ObjectNode node) {
    return node.path("id").asText().equals("runtime")
        ? node.put("agent_type", "system")
            .put("type", "runtime")
            .put("label", "System Runtime")
            .put("assigned_node", "system/runtime")
        : node;
  }

  private static String label(JsonNode agent, String id) {
    for (String name : List.of("alias", "display_name", "label", "role")) {
      String label = Texts.of(agent, name);
      if (label != null && !label.equals("unknown")) {
        return label;
      }
    }
    return id;
  }

  private void addDeclared(JsonNode edge) {
    String from = Texts.of(edge, "from_node", "from");
    String to = Texts.of(edge, "to_node", "to");
    if (from != null && to != null) {
      Way way = new Way(from, to, Texts.or(Texts.of(edge, "message_type"), "*"));
      edges.putIfAbsent(way, edge(way, new Seen(0, null), "manifest"));
    }
  }

  private void addSeen(Way way, Seen seen) {
    String source = edges.containsKey(way) ? "manifest+events" : "agent_message_received";
    edges.put(way, edge(way, seen, source));
  }

  private void addOutbound(JsonNode agent) {
    String from = Texts.of(agent, "agent_id");
    for (JsonNode to : agent.path("metadata").path("outbound_edges")) {
      if (from != null && to.isTextual()) {
        Way way = new Way(from, to.asText(), "*");
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
