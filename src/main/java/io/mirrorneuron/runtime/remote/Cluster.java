package io.mirrorneuron.runtime.remote;

import io.mirrorneuron.port.node.PeerPrograms;
import io.mirrorneuron.port.node.PeerPrograms.Peer;
import io.mirrorneuron.runtime.exec.RunSinks;
import io.mirrorneuron.runtime.placement.BestNode;
import io.mirrorneuron.runtime.placement.Machine;
import io.mirrorneuron.runtime.placement.Placement.PlacementRequest;
import io.mirrorneuron.runtime.port.Leader.Timers;
import io.mirrorneuron.runtime.remote.Neighbours.Neighbour;
import io.mirrorneuron.store.NodeRegistry;
import io.mirrorneuron.store.RemoteExecutionIndex;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The services with which a node has programs of its jobs run by other nodes.
 *
 * @param owner this node as the owner of jobs
 * @param own this node as placement sees it; does not wait
 * @param sinks of this node's runs
 * @param remoteTasks programs here for jobs of other nodes
 * @param takesWork whether programs may be placed on the named node; does not wait
 */
public record Cluster(
    String owner,
    Supplier<Machine> own,
    Neighbours neighbours,
    PeerPrograms peers,
    RemoteExecutionIndex index,
    RunSinks sinks,
    RemoteTasks remoteTasks,
    Predicate<String> takesWork,
    Timers timers) {

  /**
   * The other nodes whose operators allow work, including those with full disks, without one with
   * the name of this node, which would be mistaken for it. May wait.
   */
  List<Neighbour> others() {
    String name = NodeRegistry.nameOf(owner);
    return neighbours.areThere()
        ? neighbours.all().stream()
            .filter(
                one -> !one.machine().name().equals(name) && takesWork.test(one.machine().name()))
            .toList()
        : List.of();
  }

  /**
   * Why a program waits that no working node can take: another node meets its requests, but takes
   * no work now. Asks no other node.
   */
  Optional<String> resting(PlacementRequest asked) {
    List<Machine> closed =
        neighbours.seen().stream().filter(one -> !takesWork.test(one.name())).toList();
    return new BestNode()
        .plan(closed, List.of(asked)).placements().stream()
            .map(one -> "node " + one.node() + " has what it asks for, and takes no work now")
            .findFirst();
  }

  /** Whether no program starts on this node now, as a disk is full. */
  boolean isFull() {
    return own.get().fullDisk() != null;
  }

  /**
   * Names of nodes that a program is to leave if it can.
   *
   * @param left nodes on which its restarts are used up
   * @param here this node
   */
  Set<String> leaves(Set<String> left, Machine here) {
    return takesWork.test(here.name()) && here.fullDisk() == null
        ? left
        : Stream.concat(left.stream(), Stream.of(here.name())).collect(Collectors.toSet());
  }

  /** Nodes that can start programs: those without a full disk. */
  static List<Machine> able(List<Machine> machines) {
    return machines.stream().filter(one -> one.fullDisk() == null).toList();
  }

  /** State of the nodes that run programs of this node's jobs. */
  interface KnownPeers {
    /** Whether the node is considered alive; the last answer while the store is away. */
    boolean isLiving(String node);

    /** The address of a living node; empty when it is dead or has announced none. */
    Optional<Peer> peer(String node);

    /**
     * The node was unreachable: it gets no programs for a while.
     *
     * @param why for people
     */
    void avoid(String node, String why);
  }
}
