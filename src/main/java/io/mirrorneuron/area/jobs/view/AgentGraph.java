package io.mirrorneuron.area.jobs.view;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.area.jobs.view.Traffic.Seen;
import io.mirrorneuron.area.jobs.view.Traffic.Way;
import io.mirrorneuron.wire.AgentFacts;
import io.mirrorneuron.wire.EdgeFacts;
import io.mirrorneuron.wire.GraphFacts;
import io.mirrorneuron.wire.Json;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

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
        .filter(edge -> known.contains(edge.getKey().from()) && known.contains(edge.getKey().to()))
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

  private static void put(ObjectNode node, String name, String told) {
    if (told != null) {
      node.put(name, told);
    }
  }

  private void addExternal(String id) {
    if (!nodes.containsKey(id)) {
      ObjectNode node = Json.object().put("id", id).put("label", id);
      node.put("agent_type", "external").put("type", "message").put("status", "observed");
      node.put("assigned_node", "unassigned").put("processed_messages", 0).put("mailbox_depth", 0);
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
