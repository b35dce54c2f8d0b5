package io.mirrorneuron.runtime.deployment;

import io.mirrorneuron.runtime.manifest.graph.ServiceDefinition;
import io.mirrorneuron.runtime.manifest.graph.ServiceDemands;
import io.mirrorneuron.runtime.workflow.ResourceRequest.Port;
import io.mirrorneuron.runtime.workflow.Workflow;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Ports that two jobs name both, of which a machine gives each to one of them only. */
final class SamePorts {
  private SamePorts() {}

  /** What people are to know before the second job is made; empty when there is nothing. */
  static String told(Workflow before, Workflow after) {
    Set<Integer> both = new TreeSet<>(requested(before, after));
    both.addAll(served(before, after));
    return both.isEmpty()
        ? ""
        : "; port %s is that of the running job, too, and no machine gives a port twice: where both are on one, the new job does not become healthy, and the old one goes on; have the runtime choose ports"
            .formatted(both.stream().map(String::valueOf).collect(Collectors.joining(", ")));
  }

  private static List<Port> requests(Workflow workflow) {
    return workflow.agents().values().stream()
        .flatMap(agent -> agent.request().ports().stream())
        .filter(port -> port.number() != 0)
        .toList();
  }

  private static Set<Integer> requested(Workflow before, Workflow after) {
    List<Port> old = requests(before);
    return requests(after).stream()
        .filter(port -> old.stream().anyMatch(port::isSameNumber))
        .map(Port::number)
        .collect(Collectors.toSet());
  }

  /** Ports at which something of both answers. */
  private static Set<Integer> served(Workflow before, Workflow after) {
    List<ServiceDefinition> old = ServiceDemands.of(before).offered();
    return ServiceDemands.of(after).offered().stream()
        .filter(service -> service.origin().equals("internal") && service.portNumber() != 0)
        .filter(
            service ->
                old.stream()
                    .anyMatch(
                        one ->
                            one.portNumber() == service.portNumber()
                                && one.address().equals(service.address())))
        .map(ServiceDefinition::portNumber)
        .collect(Collectors.toSet());
  }
}
