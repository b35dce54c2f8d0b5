package io.mirrorneuron.runtime.away;

import io.mirrorneuron.port.node.PeerPrograms;
import io.mirrorneuron.runtime.exec.RunSinks;
import io.mirrorneuron.runtime.placement.Machine;
import io.mirrorneuron.runtime.port.Timers;
import io.mirrorneuron.store.elsewhere.ElsewhereIndex;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * What a node needs to have programs of its jobs run by others.
 *
 * @param owner this node as the owner of jobs
 * @param own this node as placement sees it; does not wait
 * @param sinks of this node's runs
 * @param guests what this node runs for jobs of others
 * @param takesWork whether programs may be placed on the node of that name; does not wait
 */
public record Cluster(
    String owner,
    Supplier<Machine> own,
    Neighbours neighbours,
    PeerPrograms peers,
    ElsewhereIndex index,
    RunSinks sinks,
    Guests guests,
    Predicate<String> takesWork,
    Timers timers) {}
