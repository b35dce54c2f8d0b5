package io.mirrorneuron.runtime.away;

import io.mirrorneuron.model.MnException;
import io.mirrorneuron.runtime.away.Neighbours.Neighbour;
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
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Chooses nodes for programs, and remembers what was promised to each. Thread-safe. */
final class Choosing {
  private static final Logger LOG = LoggerFactory.getLogger(Choosing.class);

  private final Cluster cluster;
  private final Pledges pledges = new Pledges();
  private final WaitingLines lines = new WaitingLines();

  private final Homebound homebound = new Homebound();

  /** Where a program goes. */
  sealed interface Place {}

  /** To the node of its job. */
  record Here() implements Place {}

  /**
   * @param worker the node, as the owner of jobs
   */
  record There(String worker) implements Place {}

  /** Not now. */
  record Nowhere(String why) implements Place {}

  /** Who looks for a place. */
  interface Seeker {
    /** Whether it has waited in line so long that it takes the best node that has no room yet. */
    boolean isImpatient();

    /** It may look again at once. */
    void wake();
  }

  record Never(String why) implements Place {}

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
      lines.join(wish, id, seeker::wake);
      return new Nowhere("no node has room for those that have waited for longer");
    }
    Place place = placed(execution, seeker);
    if (place instanceof Nowhere) {
      lines.join(wish, id, seeker::wake);
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
      Place place = chosen(execution, seeker.isImpatient());
      if (place instanceof There there) {
        return isNoted(execution, there.worker())
            ? there
            : new Never("the job has another owner now");
      }
      return place;
    } catch (MnException e) {
      return new Nowhere("it cannot be noted where it goes: " + e.getMessage());
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
      return new Never("it is the copy of node " + target + ", but " + bond.get());
    }
    return cluster.neighbours().all().stream()
        .filter(one -> one.machine().name().equals(target))
        .findFirst()
        .<Place>map(one -> new There(one.peer().owner()))
        .orElseGet(() -> new Nowhere("it is the copy of node " + target + ", which is not there"));
  }

  private Place chosen(Execution execution, boolean isImpatient) {
    String target = execution.placing().target();
    if (target != null) {
      return pinned(execution, target);
    }
    Wish wish = wish(execution);
    PlacementRequest asked = new PlacementRequest(execution.agentId(), "executor", wish);
    synchronized (pledges) { // most programs: other nodes are not even asked
      Machine own = own();
      if (leaves(execution, own).isEmpty() && NodeChoice.staysHome(own, asked)) {
        pledges.add(execution.executionId(), own.name(), wish);
        return new Here();
      }
    }
    Optional<String> bond = homebound.bond(execution);
    List<Neighbour> others = others();
    synchronized (pledges) {
      Machine own = own();
      List<Machine> machines =
          others.stream().map(one -> pledges.on(one.machine(), one.askedAt())).toList();
      List<Machine> open = bond.isPresent() ? List.of() : machines;
      NodeChoice.Choice choice =
          NodeChoice.leaving(leaves(execution, own), own, open, asked, pledges::turn);
      if (choice.node() == null) {
        boolean isBound = NodeChoice.of(own, machines, asked, pledges::turn).node() != null;
        return isBound
            ? new Never("only other nodes have what it asks for, but " + bond.orElseThrow())
            : new Nowhere(choice.sentence());
      }
      if (choice.waits() && !isImpatient) {
        return new Nowhere(choice.sentence());
      }
      pledges.add(execution.executionId(), choice.node(), wish);
      return others.stream()
          .filter(one -> one.machine().name().equals(choice.node()))
          .findFirst()
          .map(one -> there(execution, one, choice))
          .orElseGet(Here::new);
    }
  }

  /** Names of nodes that it is to leave, where it can. */
  private Set<String> leaves(Execution execution, Machine own) {
    Set<String> left = execution.placing().left();
    return takesWork(own)
        ? left
        : Stream.concat(left.stream(), Stream.of(own.name())).collect(Collectors.toSet());
  }

  private boolean takesWork(Machine machine) {
    return cluster.takesWork().test(machine.name());
  }

  /** This node, with what was promised of it. */
  private Machine own() {
    return pledges.on(cluster.own().get(), System.nanoTime());
  }

  private static Place there(Execution execution, Neighbour one, NodeChoice.Choice choice) {
    LOG.info(
        "execution {} goes to node {}: {}",
        execution.executionId(),
        choice.node(),
        choice.sentence());
    return new There(one.peer().owner());
  }

  /** The listener, which hears of what keeps programs with their job. */
  Listener binding(Execution execution, Listener listener) {
    return homebound.binding(execution, listener);
  }

  /** A node that is called as this one is would be taken for it. */
  private List<Neighbour> others() {
    String own = NodeRegistry.nameOf(cluster.owner());
    return cluster.neighbours().areThere()
        ? cluster.neighbours().all().stream()
            .filter(one -> !one.machine().name().equals(own) && takesWork(one.machine()))
            .toList()
        : List.of();
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
