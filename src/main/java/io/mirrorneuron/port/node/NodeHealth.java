package io.mirrorneuron.port.node;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.mirrorneuron.port.node.NodeMaintenance.Quarantine;
import io.mirrorneuron.port.node.NodeState.NodeFault;
import java.util.ArrayList;
import java.util.List;

/**
 * Failures that a node itself caused. Times are ISO-8601 in UTC.
 *
 * @param upSince start of the server that has not shut down cleanly yet; null for none
 * @param faults the newest {@link #MOST_FAULTS}, oldest first
 * @param quarantine the current or last one; null when there was none
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record NodeHealth(String upSince, List<NodeFault> faults, Quarantine quarantine) {
  public static final int MOST_FAULTS = 20;

  public static final NodeHealth NONE = new NodeHealth(null, List.of(), null);

  public NodeHealth {
    faults = faults == null ? List.of() : newest(faults);
  }

  private static List<NodeFault> newest(List<NodeFault> all) {
    return List.copyOf(all.subList(Math.max(0, all.size() - MOST_FAULTS), all.size()));
  }

  /**
   * Returns a copy after a server start. If another start is recorded without a clean shutdown,
   * that is a fault; repeating the same start changes nothing.
   */
  public NodeHealth begun(String start) {
    if (upSince == null || upSince.equals(start)) {
      return new NodeHealth(start, faults, quarantine);
    }
    String why = "the server that began at %s has not ended in good order".formatted(upSince);
    var fault = new NodeFault(start, NodeFault.Kind.RETURNED, start, why);
    return new NodeHealth(start, faults, quarantine).and(List.of(fault));
  }

  /** Returns a copy after the clean shutdown of the server with this start. */
  public NodeHealth ended(String start) {
    return start.equals(upSince) ? new NodeHealth(null, faults, quarantine) : this;
  }

  /** Returns a copy with more faults; known ones are ignored. */
  public NodeHealth and(List<NodeFault> more) {
    List<NodeFault> all = new ArrayList<>(faults);
    more.stream().filter(fault -> !faults.contains(fault)).forEach(all::add);
    return new NodeHealth(upSince, all, quarantine);
  }

  /**
   * Returns a copy in quarantine. The faults that caused it are cleared, as its reason has them.
   */
  public NodeHealth with(Quarantine begun) {
    return new NodeHealth(upSince, List.of(), begun);
  }

  /** Returns a copy whose quarantine has expired. */
  public NodeHealth released(String at) {
    return quarantine == null
        ? this
        : new NodeHealth(upSince, List.of(), quarantine.ended(at, quarantine.times()));
  }

  /** Returns a copy whose quarantine was ended by a person: the next one counts as the first. */
  NodeHealth forgiven(String at) {
    return quarantine == null ? this : new NodeHealth(upSince, List.of(), quarantine.ended(at, 0));
  }
}
