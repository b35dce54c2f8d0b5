package io.mirrorneuron.runtime.away;

import io.mirrorneuron.model.MnException;
import io.mirrorneuron.runtime.away.Neighbours.Neighbour;
import io.mirrorneuron.runtime.away.PlaceSearch.Place;
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
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Chooses nodes for programs, and remembers what was promised to each. Thread-safe. */
final class Choosing {
  private static final Logger LOG = LoggerFactory.getLogger(Choosing.class);

  private final Cluster cluster;
  private final Pledges pledges = new Pledges();
  private final WaitingLines lines = new WaitingLines();

  private final Homebound homebound = new Homebound();

  /** Who looks for a place. */
  interface Seeker {
    /** Whether it has waited in line so long that it takes the best node that has no room yet. */
    boolean isImpatient();

    /** It may look again at once. */
    void wake();
  }

  Choosing(Cluster cluster) {
    this.cluster = cluster;
  }

  /** Whether its node has it without anybody being asked or looked at. */
  boolean isSurelyHere(Execution execution) {
    String target = execution.placing().target();
    return target == null
        ? !cluster.neighbours().areThere() && execution.placing().scheduling().isAnything()
        : target.equals(NodeRegistry.nameOf(cluster.owner()));
  }

  /** May ask other nodes what they have, and notes in the store that one is about to be asked. */
  Place place(Execution execution, Seeker seeker) {
    Wish wish = wish(execution);
    String id = execution.executionId();
    if (execution.placing().target() != null) {
      return placed(execution, seeker); // it waits for that node alone
    }
    if (!lines.isFirst(wish, id)) {
      return lines.join(wish, id, seeker::wake);
    }
    Place place = placed(execution, seeker);
    if (place instanceof Place.Nowhere nowhere) {
      lines.lead(wish, id, seeker::wake, nowhere);
    } else {
      lines.leave(wish, id);
    }
    return place;
  }

  /** It does not look for a place any more. */
  void abandon(Execution execution) {
    lines.leave(wish(execution), execution.executionId());
  }

  private Place placed(Execution execution, Seeker seeker) {
    try {
      String target = execution.placing().target();
      Place place =
          target == null ? chosen(execution, seeker.isImpatient()) : pinned(execution, target);
      if (place instanceof Place.There there) {
        return isNoted(execution, there.worker())
            ? there
            : new Place.Never("the job has another owner now");
      }
      return place;
    } catch (MnException e) {
      return new Place.Nowhere("it cannot be noted where it goes: " + e.getMessage());
    }
  }

  /** A job that has another owner by now gets no program begun elsewhere for this one. */
  private boolean isNoted(Execution execution, String worker) {
    return Neighbours.await(
        cluster
            .index()
            .begin(
                execution.jobId(), execution.placing().epoch(), execution.executionId(), worker));
  }

  /** The node whose copy it is part of, whatever is decided of that node meanwhile. */
  private Place pinned(Execution execution, String target) {
    Optional<String> bond = homebound.bond(execution);
    if (bond.isPresent()) {
      return new Place.Never("it is the copy of node " + target + ", but " + bond.get());
    }
    return cluster.neighbours().all().stream()
        .filter(one -> one.machine().name().equals(target))
        .findFirst()
        .<Place>map(
            one ->
                one.machine().fullDisk() == null
                    ? new Place.There(one.peer().owner())
                    : Place.Nowhere.full(one.machine()))
        .orElseGet(
            () -> new Place.Nowhere("it is the copy of node " + target + ", which is not there"));
  }

  private Place chosen(Execution execution, boolean isImpatient) {
    Wish wish = wish(execution);
    PlacementRequest asked = new PlacementRequest(execution.agentId(), "executor", wish);
    synchronized (pledges) { // most programs: other nodes are not even asked
      Machine own = own();
      if (leaves(execution, own).isEmpty() && NodeChoice.staysHome(own, asked)) {
        pledges.add(execution.executionId(), own.name(), wish);
        return new Place.Here();
      }
    }
    Optional<String> bond = homebound.bond(execution);
    List<Neighbour> others = cluster.others();
    synchronized (pledges) {
      Machine own = own();
      List<Machine> machines = pledged(others);
      List<Machine> open = bond.isPresent() ? List.of() : Cluster.able(machines);
      NodeChoice.Choice choice =
          NodeChoice.leaving(leaves(execution, own), own, open, asked, pledges::turn);
      if (choice.node() == null) {
        NodeChoice.Choice any = NodeChoice.of(own, machines, asked, pledges::turn);
        return any.node() == null
            ? new Place.Nowhere(cluster.resting(asked).orElse(choice.sentence()))
            : unplaced(any, bond, machines);
      }
      if (choice.waits() && !isImpatient) {
        return new Place.Nowhere(choice.sentence());
      }
      if (own.fullDisk() != null && choice.node().equals(own.name()) && bond.isEmpty()) {
        return Place.Nowhere.full(own); // the first node that has room gets it
      }
      pledges.add(execution.executionId(), choice.node(), wish);
      return others.stream()
          .filter(one -> one.machine().name().equals(choice.node()))
          .findFirst()
          .map(one -> there(execution, one, choice))
          .orElseGet(Place.Here::new);
    }
  }

  /**
   * @param any what would be chosen of all nodes, also of those with full disks
   */
  private static Place unplaced(
      NodeChoice.Choice any, Optional<String> bond, List<Machine> machines) {
    if (bond.isPresent()) {
      return new Place.Never("only other nodes have what it asks for, but " + bond.get());
    }
    return machines.stream()
        .filter(one -> one.name().equals(any.node()))
        .findFirst()
        .map(Place.Nowhere::full)
        .orElseThrow();
  }

  /** Names of nodes that it is to leave, where it can. */
  private Set<String> leaves(Execution execution, Machine own) {
    return cluster.leaves(execution.placing().left(), own);
  }

  /** This node, with what was promised of it. */
  private Machine own() {
    return pledges.on(cluster.own().get(), System.nanoTime());
  }

  private List<Machine> pledged(List<Neighbour> nodes) {
    return nodes.stream().map(one -> pledges.on(one.machine(), one.askedAt())).toList();
  }

  /** Whether another node would begin it now, if this one did not. */
  boolean canLeave(Execution execution) {
    if (execution.placing().target() != null || homebound.bond(execution).isPresent()) {
      return false;
    }
    var asked = new PlacementRequest(execution.agentId(), "executor", wish(execution));
    List<Neighbour> others = cluster.others();
    synchronized (pledges) {
      Machine own = own();
      String node =
          NodeChoice.leaving(
                  Set.of(own.name()), own, Cluster.able(pledged(others)), asked, pledges::turn)
              .node();
      return node != null && !node.equals(own.name());
    }
  }

  private static Place there(Execution execution, Neighbour one, NodeChoice.Choice choice) {
    LOG.info(
        "execution {} goes to node {}: {}",
        execution.executionId(),
        choice.node(),
        choice.sentence());
    return new Place.There(one.peer().owner());
  }

  /** The listener, which hears of what keeps programs with their job. */
  Listener binding(Execution execution, Listener listener) {
    return homebound.binding(execution, listener);
  }

  /**
   * What nodes are asked for. Ports and volumes keep a program with its job, and the runner there
   * looks for them.
   */
  private static Wish wish(Execution execution) {
    return new Wish(
        execution.request().withoutPlaces(),
        execution.placing().scheduling(),
        execution.placing().pool(),
        execution.placing().slots());
  }

  /** The listener, whose signals also tell when what was promised is given back. */
  Listener counting(String executionId, Listener listener) {
    return signal -> {
      if (signal instanceof Signal.Finished) {
        end(executionId);
      }
      listener.signal(signal);
    };
  }

  void end(String executionId) {
    synchronized (pledges) {
      pledges.end(executionId, System.nanoTime());
    }
    lines.roomAgain();
  }
}
