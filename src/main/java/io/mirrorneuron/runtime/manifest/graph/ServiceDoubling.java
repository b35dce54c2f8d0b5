package io.mirrorneuron.runtime.manifest.graph;

import io.mirrorneuron.runtime.workflow.ResourceRequest.Port;
import io.mirrorneuron.runtime.workflow.Workflow;
import io.mirrorneuron.runtime.workflow.Workflow.Agent;
import io.mirrorneuron.runtime.workflow.Workflow.AgentType;
import java.util.List;
import java.util.Objects;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * Whether a job's services may run twice during a move: on the old node and on the new one.
 *
 * @param offers whether the job offers services at all
 * @param once an agent behind a service whose program may not run twice; null for none
 * @param fixed ports that the author chose, which one host has only once; the other ports are given
 *     by nodes, {@code ${env.MN_PORT_…}}
 */
public record ServiceDoubling(boolean offers, String once, List<String> fixed) {
  /** Of a job without services. */
  public static final ServiceDoubling NOTHING = new ServiceDoubling(false, null, List.of());

  private static final String VARIABLE = "${env.MN_PORT_";

  public ServiceDoubling {
    fixed = List.copyOf(fixed);
  }

  /**
   * @param mayRepeat whether the program of an agent may simply run again
   */
  public static ServiceDoubling of(Workflow workflow, Predicate<Agent> mayRepeat) {
    List<ServiceDefinition> offered = ServiceDemands.of(workflow).offered();
    if (offered.isEmpty()) {
      return NOTHING;
    }
    List<Agent> behind =
        offered.stream()
            .map(
                service -> workflow.agents().get(Objects.requireNonNullElse(service.agentId(), "")))
            .filter(agent -> agent != null && agent.type() == AgentType.EXECUTOR)
            .distinct()
            .toList();
    String once =
        behind.stream().filter(mayRepeat.negate()).map(Agent::id).findFirst().orElse(null);
    Stream<String> asked =
        behind.stream()
            .flatMap(agent -> agent.request().ports().stream())
            .map(Port::number)
            .filter(number -> number != 0)
            .map(number -> Integer.toString(number));
    Stream<String> reported =
        offered.stream()
            .filter(service -> behind.stream().anyMatch(one -> one.id().equals(service.agentId())))
            .flatMap(ServiceDoubling::chosen);
    return new ServiceDoubling(true, once, Stream.concat(asked, reported).distinct().toList());
  }

  /** The fixed port of a service, as written. */
  private static Stream<String> chosen(ServiceDefinition service) {
    String where = service.port() == null ? service.url() : service.port();
    return where == null || where.contains(VARIABLE) ? Stream.empty() : Stream.of(where);
  }

  /**
   * @param isSameHost whether both nodes are on the same host
   */
  public boolean isPossible(boolean isSameHost) {
    return offers && once == null && (fixed.isEmpty() || !isSameHost);
  }

  /** What happens to the services during the move, for people. */
  public String sentence() {
    if (once != null) {
      return "its services end first, as agent " + once + " may not run twice";
    }
    String rest = "its services stay here until they pass there";
    return fixed.isEmpty()
        ? rest
        : rest
            + ", or end first where both nodes are one host, which has port "
            + fixed.getFirst()
            + " once";
  }
}
