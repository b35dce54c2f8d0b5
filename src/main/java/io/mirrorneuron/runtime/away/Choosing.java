package io.mirrorneuron.runtime.away;

import io.mirrorneuron.runtime.away.Neighbours.Neighbour;
import io.mirrorneuron.runtime.documents.far.SentExecution;
import io.mirrorneuron.runtime.placement.Machine;
import io.mirrorneuron.runtime.placement.NodeChoice;
import io.mirrorneuron.runtime.placement.PlacementRequest;
import io.mirrorneuron.runtime.placement.PlacementRequest.Wish;
import io.mirrorneuron.runtime.port.Execution;
import io.mirrorneuron.runtime.port.Executions.Listener;
import io.mirrorneuron.runtime.port.Executions.Signal;
import io.mirrorneuron.store.NodeRegistry;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Chooses nodes for programs, and remembers what was promised to each. Thread-safe. */
final class Choosing {
  private static final Logger LOG = LoggerFactory.getLogger(Choosing.class);

  private final Cluster cluster;
  private final Pledges pledges = new Pledges();

  Choosing(Cluster cluster) {
    this.cluster = cluster;
  }

  /**
   * The node that is to run it, as the owner of jobs; empty for this one. May ask other nodes what
   * they have.
   */
  Optional<String> worker(Execution execution) {
    Optional<String> bond = SentExecution.bond(execution);
    List<Neighbour> others = bond.isPresent() ? List.of() : others();
    synchronized (pledges) {
      Machine own = pledges.on(cluster.own().get(), System.nanoTime());
      List<Machine> machines =
          others.stream().map(one -> pledges.on(one.machine(), one.askedAt())).toList();
      Wish wish = wish(execution);
      PlacementRequest asked = new PlacementRequest(execution.agentId(), "executor", wish);
      NodeChoice.Choice choice = NodeChoice.of(own, machines, asked);
      pledges.add(execution.executionId(), choice.node(), wish);
      Optional<String> worker =
          others.stream()
              .filter(one -> one.machine().name().equals(choice.node()))
              .map(one -> one.peer().owner())
              .findFirst();
      worker.ifPresent(
          node ->
              LOG.info(
                  "execution {} goes to node {}: {}",
                  execution.executionId(),
                  choice.node(),
                  String.join(", ", choice.reasons())));
      return worker;
    }
  }

  /** A node that is called as this one is would be taken for it. */
  private List<Neighbour> others() {
    String own = NodeRegistry.nameOf(cluster.owner());
    return cluster.neighbours().all().stream()
        .filter(one -> !one.machine().name().equals(own))
        .toList();
  }

  private static Wish wish(Execution execution) {
    return new Wish(
        execution.request(),
        execution.placing().scheduling(),
        execution.placing().pool(),
        execution.placing().slots());
  }

  /** The listener, whose signals also tell when what was promised is given, and given back. */
  Listener counting(String executionId, Listener listener) {
    return signal -> {
      if (signal instanceof Signal.Leased) {
        synchronized (pledges) {
          pledges.begun(executionId, System.nanoTime());
        }
      } else if (signal instanceof Signal.Finished) {
        end(executionId);
      }
      listener.signal(signal);
    };
  }

  void end(String executionId) {
    synchronized (pledges) {
      pledges.end(executionId);
    }
  }
}
