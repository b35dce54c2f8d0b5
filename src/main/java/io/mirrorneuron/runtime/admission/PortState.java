package io.mirrorneuron.runtime.admission;

import io.mirrorneuron.runtime.exec.pool.Ports;
import io.mirrorneuron.runtime.placement.Machine;
import io.mirrorneuron.runtime.workflow.ResourceRequest.Port;
import io.mirrorneuron.runtime.workflow.Workflow;
import java.util.Set;
import java.util.function.IntPredicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Ports of this machine that programs cannot have.
 *
 * @param isOwn whether this server listens on a port
 * @param isFree whether nobody does
 */
public record PortState(IntPredicate isOwn, Ports.Trial isFree) {
  static final PortState OPEN = new PortState(_ -> false, (_, _) -> true);

  /** Of a hostile manifest there are thousands, and each is tried. */
  private static final int MOST_TRIED = 200;

  Set<Integer> own(Workflow workflow) {
    return ports(workflow).map(Port::number).filter(isOwn::test).collect(Collectors.toSet());
  }

  Set<String> used(Workflow workflow) {
    return ports(workflow)
        .filter(port -> port.number() != 0)
        .limit(MOST_TRIED)
        .filter(port -> !isFree.test(port.number(), port.isUdp()))
        .map(port -> Machine.port(port.number(), port.isUdp()))
        .collect(Collectors.toSet());
  }

  private static Stream<Port> ports(Workflow workflow) {
    return workflow.agents().values().stream().flatMap(agent -> agent.request().ports().stream());
  }
}
