package io.mirrorneuron.runtime.manifest.graph;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.config.Config.DefaultRunner;
import io.mirrorneuron.runtime.manifest.reading.ManifestProblem;
import io.mirrorneuron.runtime.manifest.reading.ManifestValue;
import io.mirrorneuron.runtime.manifest.reading.Members;
import io.mirrorneuron.runtime.manifest.reading.NameRules;
import io.mirrorneuron.runtime.manifest.reading.NearNames;
import io.mirrorneuron.runtime.manifest.reading.Shape;
import io.mirrorneuron.runtime.workflow.AgentPolicies;
import io.mirrorneuron.runtime.workflow.HumanTask;
import io.mirrorneuron.runtime.workflow.Workflow.Agent;
import io.mirrorneuron.runtime.workflow.Workflow.AgentType;
import io.mirrorneuron.runtime.workflow.Workflow.Edge;
import io.mirrorneuron.wire.Json;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** Reads the list of nodes. */
public final class Nodes {
  public static final int MAX_NODES = 50_000;

  /** Of all nodes together; a machine has few tens of thousands for all jobs. */
  private static final int MAX_PORTS = 1000;

  /** What an executor's {@code config} may have. */
  public static final Members CONFIG = ExecutorConfig.MEMBERS;

  private static final Map<String, AgentType> TYPES =
      Map.of(
          "router", AgentType.ROUTER,
          "relay", AgentType.ROUTER,
          "executor", AgentType.EXECUTOR,
          "sandbox_worker", AgentType.EXECUTOR,
          "aggregator", AgentType.AGGREGATOR,
          "collector", AgentType.AGGREGATOR,
          "sensor", AgentType.SENSOR,
          "human", AgentType.HUMAN);
  private static final Set<String> TEMPLATES =
      Set.of("generic", "stream", "map", "reduce", "batch");
  private static final Map<AgentType, Set<String>> TEMPLATES_OF =
      Map.of(
          AgentType.ROUTER, Set.of("generic", "map"),
          AgentType.EXECUTOR, TEMPLATES,
          AgentType.AGGREGATOR, Set.of("generic", "reduce"),
          AgentType.SENSOR, Set.of("generic"),
          AgentType.HUMAN, Set.of("generic"));

  private static final Members MEMBERS =
      Members.closed("node_id", "id", "agent_type", "agentType", "type", "kind", "uses", "with")
          .with(null, "alias")
          .with(null, UnsafeWords.ALL)
          .with(Shape.STRING, "role")
          .with(Shape.OBJECT, "config", "resources", "placement_requirements", "policies")
          .with(Shape.OBJECT, "retry_policy", "checkpoint_policy", "spawn_policy")
          .with(Shape.LIST, "tool_bindings")
          .with(null, "services", "requires_services", "requiresServices")
          .with(null, "constraints")
          .ignoring("reads policies instead", "retry_policy", "checkpoint_policy", "spawn_policy")
          .belongingTo("config", ExecutorConfig.MEMBERS);

  /**
   * A node whose edges are not known yet.
   *
   * @param type null when it was refused
   * @param human what it asks people; null of other types
   */
  public record Node(
      String id,
      ManifestValue place,
      AgentType type,
      String template,
      ObjectNode config,
      HumanTask human,
      AgentPolicies policies) {
    /** Where the author wrote the config. */
    public ManifestValue configPlace() {
      return place.at("config");
    }

    String role() {
      return place.at("role").text();
    }

    boolean flag(String member) {
      return config.path(member).asBoolean();
    }

    public boolean isUnsafe() {
      return UnsafeWords.is(config) || UnsafeWords.is(place.value());
    }

    public Agent withEdges(List<Edge> outgoing) {
      ObjectNode resources = resources();
      return new Agent(
          id,
          type,
          template,
          role(),
          config,
          AgentConfig.read(config, human),
          isUnsafe(),
          policies,
          resources,
          RequestReader.of(resources),
          outgoing);
    }

    private ObjectNode resources() {
      JsonNode given = NodeResources.of(place).value();
      return given instanceof ObjectNode object ? object : Json.object();
    }
  }

  private final DefaultRunner defaultRunner;

  public Nodes(DefaultRunner defaultRunner) {
    this.defaultRunner = defaultRunner;
  }

  /**
   * The usable nodes by id, in order.
   *
   * @param home where the author is told to put nodes when there are none
   */
  public Map<String, Node> read(ManifestValue home, List<ManifestValue> places, Policies policies) {
    Map<String, Node> nodes = new LinkedHashMap<>();
    if (places.isEmpty() && (home.isAbsent() || home.value().isArray() && home.value().isEmpty())) {
      home.error(ManifestProblem.REQUIRED, home.label() + " must not be empty");
    }
    for (ManifestValue place : places) {
      Node node = place.checkRequired(Shape.OBJECT) ? node(place, policies) : null;
      if (node != null && nodes.putIfAbsent(node.id, node) != null) {
        place.error(ManifestProblem.DUPLICATE, "duplicate node_id " + ManifestValue.shown(node.id));
      }
    }
    checkPorts(home, places);
    return nodes;
  }

  private static void checkPorts(ManifestValue home, List<ManifestValue> places) {
    long ports =
        places.stream()
            .mapToLong(
                node -> node.find("resources.ports", "config.resources.ports").value().size())
            .sum();
    if (ports > MAX_PORTS) {
      home.refuse(
          ManifestProblem.LIMIT,
          "%s ask for %d ports together; at most %d are allowed"
              .formatted(home.label(), ports, MAX_PORTS));
    }
  }

  private Node node(ManifestValue unnamed, Policies policies) {
    String id = NameRules.read(unnamed.find("node_id", "id"), "node_id is required for every node");
    if (id == null) {
      return null;
    }
    ManifestValue place = unnamed.named(ManifestValue.shown(id));
    place.checkMembers(MEMBERS);
    ServiceChecks.offered(place.find("services"));
    place.all("requires_services", "requiresServices").forEach(ServiceChecks::waitedFor);
    ResourceChecks.resources(place);

    ManifestValue config = place.at("config");
    AgentType type = type(place, id);
    String template = template(place, id, type);
    if (type == AgentType.EXECUTOR) {
      new ExecutorConfig(defaultRunner).check(place);
    } else if (type != AgentType.HUMAN) {
      config.checkMembers(AgentConfig.MEMBERS);
    }
    HumanTask human = type == AgentType.HUMAN ? HumanConfig.read(config) : null;
    policies.warnUnused(place);
    return new Node(id, place, type, template, config(config, id), human, policies.of(place));
  }

  private static AgentType type(ManifestValue place, String id) {
    ManifestValue type = place.find("agent_type", "agentType");
    String shownId = ManifestValue.shown(id);
    if (type.isAbsent()) {
      type.error(ManifestProblem.REQUIRED, "agent_type is required for node " + shownId);
      return null;
    }
    if ("module".equals(type.text())) {
      type.error(
          ManifestProblem.AGENT_TYPE,
          "unsupported_agent_type: module agents need the BEAM runtime (node " + shownId + ")");
      return null;
    }
    AgentType known = TYPES.get(type.asText());
    if (known == null) {
      type.error(
          ManifestProblem.UNSUPPORTED,
          "unsupported agent_type %s for node %s%s"
              .formatted(type.shown(), shownId, new NearNames(TYPES.keySet()).hint(type.asText())));
    }
    return known;
  }

  private static String template(ManifestValue node, String id, AgentType agentType) {
    ManifestValue place = node.find("type", "kind", "config.node_type");
    String given = place.value().asText("generic");
    String template = given.equals("accumulator") ? "reduce" : given;
    if (!TEMPLATES.contains(template)) {
      place.error(
          ManifestProblem.UNSUPPORTED,
          "unsupported template type %s for node %s"
              .formatted(place.shown(), ManifestValue.shown(id)));
    } else if (agentType != null && !TEMPLATES_OF.get(agentType).contains(template)) {
      place.error(
          ManifestProblem.CONFLICT,
          "template type %s is not supported for agent_type %s on node %s"
              .formatted(
                  template, agentType.name().toLowerCase(Locale.ROOT), ManifestValue.shown(id)));
    }
    return template;
  }

  /** The author's config; the old word for {@code complete_run} is read as the new one. */
  private static ObjectNode config(ManifestValue place, String id) {
    if (!(place.value() instanceof ObjectNode config)) {
      return Json.object();
    }
    boolean legacy =
        place.asBoolean("complete_job", false) || place.asBoolean("complete_job?", false);
    if (!legacy) {
      return config;
    }
    place.warn(
        "legacy_completion: node %s says complete_job; write complete_run"
            .formatted(ManifestValue.shown(id)));
    // A copy, because the source of the workflow shows what the author wrote.
    ObjectNode modern = Json.object();
    modern.setAll(config);
    return modern.put("complete_run", true);
  }

  /** The id of a node; a node without one gets a key that no other has. */
  public static String key(ManifestValue node) {
    ManifestValue id = node.find("node_id", "id");
    return id.value().isTextual() ? id.text() : node.location().pointer();
  }
}
