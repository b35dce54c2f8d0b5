package io.mirrorneuron.runtime.service;

import io.mirrorneuron.runtime.manifest.graph.ServiceDefinition;
import io.mirrorneuron.runtime.manifest.graph.ServiceDemands;
import io.mirrorneuron.runtime.manifest.graph.ServiceTemplates;
import io.mirrorneuron.runtime.state.JobState;
import io.mirrorneuron.runtime.workflow.ResourceRequest.Port;
import io.mirrorneuron.runtime.workflow.Workflow.Agent;
import io.mirrorneuron.store.ServiceRegistry.Claim;
import io.mirrorneuron.wire.LenientJson;
import io.mirrorneuron.wire.NamedInputs;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.BiPredicate;
import java.util.stream.Stream;

/**
 * What one job says of services, on this node.
 *
 * @param suffix of the ids of its agents that the manifest has not, as of a system job's copy
 * @param environment variables that templates may have
 * @param folder of its payload files, or null
 * @param isDoor whether this server itself answers at an address and port
 */
record JobOffer(
    ServiceDemands demands,
    Claim claim,
    String node,
    String suffix,
    Map<String, String> environment,
    Path folder,
    BiPredicate<String, Integer> isDoor) {

  private record Configured(Map<String, Object> environment) {}

  /** {@code <job>:<agent, or job>:<name>}. */
  String id(ServiceDefinition service) {
    String agent = agent(service);
    return claim.jobId() + ":" + (agent == null ? "job" : agent) + ":" + service.name();
  }

  /** The agent as its job calls it, or null. */
  String agent(ServiceDefinition service) {
    return service.agentId() == null ? null : service.agentId() + suffix;
  }

  Instance.Nature nature(ServiceDefinition service, JobState state) {
    String agentId = agent(service);
    Agent agent = agentId == null ? null : state.workflow().agents().get(agentId);
    Map<String, String> facts = new LinkedHashMap<>();
    facts.put("node", node);
    facts.put("job_id", claim.jobId());
    if (agentId != null) {
      facts.put("agent_id", agentId);
    }
    ServiceTemplates templates =
        new ServiceTemplates(
            agent == null ? NamedInputs.values(state.workflow().source()) : agent.config(),
            variables(agent, state),
            facts);
    ServiceDefinition filled = judged(service.filled(templates)).ofAgent(agentId);
    return new Instance.Nature(
        id(service),
        claim,
        node,
        state.header().origin().runId(),
        new CheckTarget(filled, ports(filled), folder));
  }

  /** Nothing but this server itself answers at its doors, whatever the manifest says. */
  private ServiceDefinition judged(ServiceDefinition filled) {
    return filled.problem() == null && isDoor.test(filled.address(), filled.portNumber())
        ? filled.troubled(
            "port %d of %s is a door of this server or its Redis, and no service of a job"
                .formatted(filled.portNumber(), filled.address()))
        : filled;
  }

  private Map<String, String> variables(Agent agent, JobState state) {
    Map<String, String> variables = new LinkedHashMap<>(environment);
    if (agent != null) {
      Stream.concat(agent.request().ports().stream(), given(agent, state))
          .filter(port -> port.number() != 0)
          .forEach(port -> variables.put(port.variable(), Integer.toString(port.number())));
      LenientJson.read(agent.config(), Configured.class)
          .environment()
          .forEach((name, value) -> variables.put(name, value.toString()));
    }
    return variables;
  }

  /** Ports that its program has now. */
  private static Stream<Port> given(Agent agent, JobState state) {
    return state.mailboxes().waiting().stream()
        .filter(mailbox -> mailbox.agentId().equals(agent.id()) && mailbox.flight() != null)
        .flatMap(mailbox -> mailbox.flight().given().stream())
        .flatMap(allocation -> allocation.ports().stream());
  }

  /** Ports that the manifest gives to its services, as far as they are no templates of others. */
  private Set<Integer> ports(ServiceDefinition filled) {
    Set<Integer> ports = new HashSet<>(demands.ports());
    ports.add(filled.portNumber());
    ports.remove(0);
    return ports;
  }
}
