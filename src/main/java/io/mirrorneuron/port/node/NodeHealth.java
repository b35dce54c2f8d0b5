package io.mirrorneuron.port.node;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.mirrorneuron.port.node.NodeState.NodeFault;
import io.mirrorneuron.port.node.NodeUpkeep.Quarantine;
import java.util.ArrayList;
import java.util.List;

/**
 * What went wrong on a node for reasons of the node. Times are ISO-8601 in UTC.
 *
 * @param upSince when the server began that is on it and has not ended in good order; null for none
 * @param faults the newest {@link #MOST_FAULTS}, oldest first
 * @param quarantine the one that lasts, or the last one; null when there was none
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record NodeHealth(String upSince, List<NodeFault> faults, Quarantine quarantine) {
  public static final int MOST_FAULTS = 20;

  /** Nothing is known. */
  public static final NodeHealth NONE = new NodeHealth(null, List.of(), null);

  public NodeHealth {
    faults = faults == null ? List.of() : newest(faults);
  }

  private static List<NodeFault> newest(List<NodeFault> all) {
    return List.copyOf(all.subList(Math.max(0, all.size() - MOST_FAULTS), all.size()));
  }

  /**
   * The same once the server has begun that began then. One that finds another one noted, which has
   * not ended in good order, is a fault; the same start counts once, however often it is told.
   */
  public NodeHealth begun(String start) {
    if (upSince == null || upSince.equals(start)) {
      return new NodeHealth(start, faults, quarantine);
    }
    String why = "the server that began at %s has not ended in good order".formatted(upSince);
    var fault = new NodeFault(start, NodeFault.Kind.RETURNED, start, why);
    return new NodeHealth(start, faults, quarantine).and(List.of(fault));
  }

  /** The same once the server that began then has ended in good order. */
  public NodeHealth ended(String start) {
    return start.equals(upSince) ? new NodeHealth(null, faults, quarantine) : this;
  }

  /** The same with further faults; those that are there already change nothing. */
  public NodeHealth and(List<NodeFault> more) {
    List<NodeFault> all = new ArrayList<>(faults);
    more.stream().filter(fault -> !faults.contains(fault)).forEach(all::add);
    return new NodeHealth(upSince, all, quarantine);
  }

  /** The same, kept from work; what led to it is part of the reason, and counts no more. */
  public NodeHealth with(Quarantine begun) {
    return new NodeHealth(upSince, List.of(), begun);
  }

  /** The same, kept from work no more, as the time for it is over. */
  public NodeHealth released(String at) {
    return quarantine == null
        ? this
        : new NodeHealth(upSince, List.of(), quarantine.ended(at, quarantine.times()));
  }

  /** The same, kept from work no more, as somebody has decided: the next time is the first. */
  NodeHealth forgiven(String at) {
    return quarantine == null ? this : new NodeHealth(upSince, List.of(), quarantine.ended(at, 0));
  }
}
