package io.mirrorneuron.runtime.remote;

import io.mirrorneuron.model.MnException;
import io.mirrorneuron.runtime.documents.SentExecution;
import io.mirrorneuron.runtime.placement.Machine;
import io.mirrorneuron.runtime.placement.NodeChoice;
import io.mirrorneuron.runtime.placement.Placement.PlacementRequest;
import io.mirrorneuron.runtime.placement.Placement.PlacementRequest.Wish;
import io.mirrorneuron.runtime.port.Execution;
import io.mirrorneuron.runtime.port.Executions.Listener;
import io.mirrorneuron.runtime.port.Executions.Signal;
import io.mirrorneuron.runtime.remote.Neighbours.Neighbour;
import io.mirrorneuron.runtime.remote.PlaceSearch.Place;
import io.mirrorneuron.runtime.workflow.ResourceRequest.Amounts;
import io.mirrorneuron.store.NodeRegistry;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Chooses nodes for programs, and keeps reservations for them. Thread-safe. */
final class RemotePlacement {
  private static final Logger LOG = LoggerFactory.getLogger(RemotePlacement.class);

  private final Cluster cluster;
  private final Reservations reservations = new Reservations();
  private final WaitingLines lines = new WaitingLines();

  private final LocalOnlyPrograms localOnly = new LocalOnlyPrograms();

  interface Seeker {
    /**
     * Whether it has queued so long that it takes the best node although that has no resources yet.
     */
    boolean isImpatient();

    /** It may search again at once. */
    void wake();
  }

  RemotePlacement(Cluster cluster) {
    this.cluster = cluster;
  }

  /** Whether its place is this node, known without asking any other. */
  boolean isSurelyHere(Execution execution) {
    String target = execution.placing().target();
    return target == null
        ? !cluster.neighbours().areThere() && execution.placing().scheduling().isAnything()
        : target.equals(NodeRegistry.nameOf(cluster.owner()));
  }

  /**
   * May ask other nodes for their capacity. Records in the store which node is about to be asked to
   * run it.
   */
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

  /** It does not search any more. */
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

  /**
   * False if the job has another owner by now; then no program is started elsewhere for this one.
   */
  private boolean isNoted(Execution execution, String worker) {
    return Neighbours.await(
        cluster
            .index()
            .begin(
                execution.jobId(), execution.placing().epoch(), execution.executionId(), worker));
  }

  /** The node of its copy, whatever that node's state is now. */
  private Place pinned(Execution execution, String target) {
    Optional<String> bond = localOnly.bond(execution);
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
    synchronized (reservations) { // most programs: no other node is asked
      Machine own = own();
      if (leaves(execution, own).isEmpty() && NodeChoice.staysHome(own, asked)) {
        reservations.add(execution.executionId(), own.name(), wish);
        return new Place.Here();
      }
    }
    Optional<String> bond = localOnly.bond(execution);
    List<Neighbour> others = cluster.others();
    synchronized (reservations) {
      Machine own = own();
      List<Machine> machines = reserved(others);
      List<Machine> open = bond.isPresent() ? List.of() : Cluster.able(machines);
      NodeChoice.Choice choice =
          NodeChoice.leaving(leaves(execution, own), own, open, asked, reservations::turn);
      if (choice.node() == null) {
        NodeChoice.Choice any = NodeChoice.of(own, machines, asked, reservations::turn);
        return any.node() == null
            ? new Place.Nowhere(cluster.resting(asked).orElse(choice.sentence()))
            : unplaced(any, bond, machines);
      }
      if (choice.waits() && !isImpatient) {
        return new Place.Nowhere(choice.sentence());
      }
      if (own.fullDisk() != null && choice.node().equals(own.name()) && bond.isEmpty()) {
        return Place.Nowhere.full(own); // the first node with resources gets it
      }
      reservations.add(execution.executionId(), choice.node(), wish);
      return others.stream()
          .filter(one -> one.machine().name().equals(choice.node()))
          .findFirst()
          .map(one -> there(execution, one, choice))
          .orElseGet(Place.Here::new);
    }
  }

  /**
   * @param any the choice among all nodes, including those with full disks
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

  /** Names of nodes that it is to leave if it can. */
  private Set<String> leaves(Execution execution, Machine own) {
    return cluster.leaves(execution.placing().left(), own);
  }

  /** This node, with the reservations on it. */
  private Machine own() {
    return reservations.on(cluster.own().get(), System.nanoTime());
  }

  private List<Machine> reserved(List<Neighbour> nodes) {
    return nodes.stream().map(one -> reservations.on(one.machine(), one.askedAt())).toList();
  }

  /** Whether another node would start it now if this one did not. */
  boolean canLeave(Execution execution) {
    if (execution.placing().target() != null || localOnly.bond(execution).isPresent()) {
      return false;
    }
    var asked = new PlacementRequest(execution.agentId(), "executor", wish(execution));
    List<Neighbour> others = cluster.others();
    synchronized (reservations) {
      Machine own = own();
      String node =
          NodeChoice.leaving(
                  Set.of(own.name()),
                  own,
                  Cluster.able(reserved(others)),
                  asked,
                  reservations::turn)
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

  /** Wraps the listener to learn which programs need the node of their job. */
  Listener binding(Execution execution, Listener listener) {
    return localOnly.binding(execution, listener);
  }

  /**
   * The request to nodes. Ports and volumes keep a program with its job, where the runner looks for
   * them.
   */
  private static Wish wish(Execution execution) {
    return new Wish(
        execution.request().withoutPlaces(),
        execution.placing().scheduling(),
        execution.placing().pool(),
        execution.placing().slots());
  }

  /** Wraps the listener to end the reservation with the program. */
  Listener counting(String executionId, Listener listener) {
    return signal -> {
      if (signal instanceof Signal.Finished) {
        end(executionId);
      }
      listener.signal(signal);
    };
  }

  void end(String executionId) {
    synchronized (reservations) {
      reservations.end(executionId, System.nanoTime());
    }
    lines.roomAgain();
  }

  /** Knows which programs can run only on the node of their job. Thread-safe. */
  private static final class LocalOnlyPrograms {
    /** Agents whose programs turned out to need the node of their job. */
    private final Set<String> known = ConcurrentHashMap.newKeySet();

    /** Why it can run only on the node of its job; empty when other nodes can run it too. */
    Optional<String> bond(Execution execution) {
      return known.contains(agent(execution))
          ? Optional.of("it asks people, which the node of its job hears")
          : SentExecution.bond(execution);
    }

    /**
     * Wraps the listener: once a program asks people, later programs of its agent run on the job's
     * node.
     */
    Listener binding(Execution execution, Listener listener) {
      return signal -> {
        if (signal instanceof Signal.Finished finished
            && RemoteTaskWatch.ASKS_PEOPLE.equals(finished.outcome().error())) {
          known.add(agent(execution));
        }
        listener.signal(signal);
      };
    }

    private static String agent(Execution execution) {
      return execution.jobId() + " " + execution.agentId();
    }
  }

  /**
   * Reservations on nodes that have not yet reported the program as started or ended: many programs
   * may be placed before one has started, and end before their node is asked again. Not
   * thread-safe.
   */
  static final class Reservations {
    /** Maximum age of a node's description; by then it has reported the end of a program. */
    private static final long OLDEST_NANOS = Duration.ofSeconds(30).toNanos();

    private final Map<String, Reservation> open = new HashMap<>();
    private final Map<String, Ended> ended = new HashMap<>();

    /** By node, the number of its last reservation. */
    private final Map<String, Long> turns = new HashMap<>();

    private long made;

    private record Reservation(String node, Wish wish) {}

    /**
     * @param at by {@link System#nanoTime}
     */
    private record Ended(Reservation reservation, long at) {}

    void add(String executionId, String node, Wish wish) {
      open.put(executionId, new Reservation(node, wish));
      turns.put(node, ++made);
    }

    /** Lower if the node was chosen longer ago; 0 if it never was. */
    long turn(String node) {
      return turns.getOrDefault(node, 0L);
    }

    /**
     * The program has ended, or has left the node.
     *
     * @param at by {@link System#nanoTime}
     */
    void end(String executionId, long at) {
      Reservation one = open.remove(executionId);
      if (one != null) {
        ended.put(executionId, new Ended(one, at));
      }
    }

    /**
     * The machine with reservations that it does not count as allocated yet, and without ended
     * programs that it still counts.
     *
     * @param seenAt when it was asked, by {@link System#nanoTime}
     */
    Machine on(Machine machine, long seenAt) {
      ended.entrySet().removeIf(one -> isKnown(one.getKey(), one.getValue(), machine, seenAt));
      Map<String, Integer> slots = new HashMap<>(machine.slotsTaken());
      Amounts given = machine.given();
      for (Map.Entry<String, Reservation> one : open.entrySet()) {
        if (isOn(one.getValue(), machine) && !machine.programs().contains(one.getKey())) {
          given = given.plus(one.getValue().wish.request().amounts());
          count(one.getValue().wish, slots, 1);
        }
      }
      for (Map.Entry<String, Ended> one : ended.entrySet()) {
        Reservation reservation = one.getValue().reservation;
        if (isOn(reservation, machine) && machine.programs().contains(one.getKey())) {
          given = given.minus(reservation.wish.request().amounts());
          count(reservation.wish, slots, -1);
        }
      }
      return machine.taking(given, slots);
    }

    private static boolean isOn(Reservation reservation, Machine machine) {
      return reservation.node.equals(machine.name());
    }

    /** Whether its node was asked later, and does not count it any more. */
    private static boolean isKnown(String executionId, Ended one, Machine machine, long seenAt) {
      return seenAt - one.at >= 0
              && isOn(one.reservation, machine)
              && !machine.programs().contains(executionId)
          || seenAt - one.at > OLDEST_NANOS;
    }

    private static void count(Wish wish, Map<String, Integer> slots, int times) {
      if (wish.pool() != null) {
        slots.merge(wish.pool(), times * wish.slots(), Integer::sum);
      }
    }
  }
}
