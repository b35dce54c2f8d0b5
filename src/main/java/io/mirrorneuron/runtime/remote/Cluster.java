package io.mirrorneuron.runtime.remote;

import io.mirrorneuron.port.node.PeerPrograms;
import io.mirrorneuron.port.node.PeerPrograms.Peer;
import io.mirrorneuron.runtime.exec.RunSinks;
import io.mirrorneuron.runtime.placement.BestNode;
import io.mirrorneuron.runtime.placement.Machine;
import io.mirrorneuron.runtime.placement.Placement.PlacementRequest;
import io.mirrorneuron.runtime.port.Leader.Timers;
import io.mirrorneuron.runtime.remote.Neighbours.Neighbour;
import io.mirrorneuron.store.ElsewhereIndex;
import io.mirrorneuron.store.NodeRegistry;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What a node needs to have programs of its jobs run by others.
 *
 * @param owner this node as the owner of jobs
 * @param own this node as placement sees it; does not wait
 * @param sinks of this node's runs
 * @param remoteTasks what this node runs for jobs of others
 * @param takesWork whether programs may be placed on the node of that name; does not wait
 */
public record Cluster(
    String owner,
    Supplier<Machine> own,
    Neighbours neighbours,
    PeerPrograms peers,
    ElsewhereIndex index,
    RunSinks sinks,
    RemoteTasks remoteTasks,
    Predicate<String> takesWork,
    Timers timers) {

  /**
   * The other nodes that their operators let work, also those with full disks. One that is called
   * as this one is would be taken for it. May wait.
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
   * Why a program waits that no node takes that works: another one has what it asks for, but takes
   * no work now. Asks nobody.
   */
  Optional<String> resting(PlacementRequest asked) {
    List<Machine> closed =
        neighbours.seen().stream().filter(one -> !takesWork.test(one.name())).toList();
    return new BestNode()
        .plan(closed, List.of(asked)).placements().stream()
            .map(one -> "node " + one.node() + " has what it asks for, and takes no work now")
            .findFirst();
  }

  /** Whether no program begins on this node now, as a disk is full. */
  boolean isFull() {
    return own.get().fullDisk() != null;
  }

  /**
   * Names of nodes that a program is to leave, where it can.
   *
   * @param left of nodes on which its restarts are used up
   * @param here this node
   */
  Set<String> leaves(Set<String> left, Machine here) {
    return takesWork.test(here.name()) && here.fullDisk() == null
        ? left
        : Stream.concat(left.stream(), Stream.of(here.name())).collect(Collectors.toSet());
  }

  /** Those that can begin programs. */
  static List<Machine> able(List<Machine> machines) {
    return machines.stream().filter(one -> one.fullDisk() == null).toList();
  }

  /** What is known of nodes that have programs of this node's jobs. */
  interface KnownPeers {
    /** Whether the node is taken for alive; while the store does not answer it is as it was. */
    boolean isLiving(String node);

    /** Where a living node is reached; empty when it is dead or has told nobody. */
    Optional<Peer> peer(String node);

    /**
     * It could not be reached: it gets no programs for a while.
     *
     * @param why for people
     */
    void avoid(String node, String why);
  }
}
