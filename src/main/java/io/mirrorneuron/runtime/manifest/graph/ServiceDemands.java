package io.mirrorneuron.runtime.manifest.graph;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.runtime.manifest.Manifests;
import io.mirrorneuron.runtime.manifest.reading.Findings;
import io.mirrorneuron.runtime.manifest.reading.ManifestValue;
import io.mirrorneuron.runtime.workflow.Workflow;
import io.mirrorneuron.runtime.workflow.Workflow.AgentType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * All services in a manifest.
 *
 * @param offered by the job and by its agents
 * @param required before the job may begin
 * @param byAgent services that an agent's programs wait for; agents that wait for nothing are
 *     absent
 * @param forced whether the submitter skips the requirements
 * @param ports fixed port numbers of the offered services
 */
public record ServiceDemands(
    List<ServiceDefinition> offered,
    List<ServiceRequirement> required,
    Map<String, List<ServiceRequirement>> byAgent,
    boolean forced,
    Set<Integer> ports) {
  public static final ServiceDemands NONE =
      new ServiceDemands(List.of(), List.of(), Map.of(), false, Set.of());

  /** A hostile manifest has thousands of nodes; further services are not registered. */
  private static final int MOST_OFFERED = 1000;

  private static final List<String> MEMBERS =
      List.of(
          "services",
          "required_services",
          "requiredServices",
          "requires_services",
          "requiresServices");

  public boolean isEmpty() {
    return offered.isEmpty() && required.isEmpty() && byAgent.isEmpty();
  }

  /** Of an accepted manifest. */
  public static ServiceDemands of(Workflow workflow) {
    ObjectNode source = workflow.source();
    if (MEMBERS.stream().allMatch(member -> source.findValue(member) == null)) {
      return NONE; // the usual case, without further reading
    }
    ManifestValue root = Manifests.expanded(source);
    List<ServiceDefinition> offered = new ArrayList<>(services(root, null));
    Map<String, List<ServiceRequirement>> byAgent = new HashMap<>();
    Manifests.nodes(root)
        .forEach(
            (id, node) -> {
              offered.addAll(services(node, id));
              List<ServiceRequirement> needed =
                  needed(node.find("requires_services", "requiresServices"));
              if (!needed.isEmpty()) {
                byAgent.put(id, needed);
              }
            });
    List<ServiceDefinition> kept = offered.stream().limit(MOST_OFFERED).toList();
    return new ServiceDemands(
        kept,
        needed(root.find("required_services", "requiredServices")),
        byAgent,
        isForced(root),
        kept.stream().map(ServiceDefinition::portNumber).collect(Collectors.toUnmodifiableSet()));
  }

  /**
   * Ids of agents whose programs may never end, as they offer services: those of an agent by its
   * node, those of the job by its only program.
   */
  public static Set<String> serving(Workflow workflow) {
    Set<String> programs =
        workflow.agents().values().stream()
            .filter(agent -> agent.type() == AgentType.EXECUTOR)
            .map(Workflow.Agent::id)
            .collect(Collectors.toSet());
    Set<String> serving = new HashSet<>();
    for (ServiceDefinition service : of(workflow).offered()) {
      if (service.agentId() != null) {
        serving.add(service.agentId());
      } else if (programs.size() == 1) {
        serving.addAll(programs);
      }
    }
    serving.retainAll(programs);
    return serving;
  }

  /** Only the requirements before the job's begin, of any manifest. */
  public static ServiceDemands before(ObjectNode source) {
    ManifestValue root = ManifestValue.root(source, new Findings(false));
    List<ServiceRequirement> required = needed(root.find("required_services", "requiredServices"));
    return required.isEmpty()
        ? NONE
        : new ServiceDemands(List.of(), required, Map.of(), isForced(root), Set.of());
  }

  private static boolean isForced(ManifestValue root) {
    return root.asBoolean("metadata.mn_validation.force", false)
        || root.asBoolean("metadata.force_validation", false);
  }

  private static List<ServiceDefinition> services(ManifestValue holder, String agentId) {
    return each(holder.find("services"))
        .map(ManifestValue::value)
        .filter(JsonNode::isObject)
        .map(service -> ServiceDefinition.of(service, agentId))
        .filter(service -> service.name() != null)
        .toList();
  }

  private static List<ServiceRequirement> needed(ManifestValue list) {
    return each(list)
        .map(one -> ServiceRequirement.of(one.value(), one.label()))
        .filter(one -> one.name() != null)
        .toList();
  }

  private static Stream<ManifestValue> each(ManifestValue services) {
    boolean isOne = services.value().isTextual() || services.value().isObject();
    return isOne ? Stream.of(services) : services.items().stream();
  }
}
