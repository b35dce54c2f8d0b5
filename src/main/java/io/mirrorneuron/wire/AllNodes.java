package io.mirrorneuron.wire;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.port.CapacityReport;
import io.mirrorneuron.port.ClusterPort;
import io.mirrorneuron.port.ClusterSummary;
import io.mirrorneuron.port.ClusterView;
import io.mirrorneuron.port.node.NodeMembers;
import io.mirrorneuron.port.node.NodeState;
import io.mirrorneuron.port.node.NodeUpkeep;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * The nodes on one store: this one as it is now, the others as they told of themselves last. One
 * that is dead is shown as offline, and adds nothing to what there is; one that its operator took
 * out is left out.
 *
 * @param here this node alone; each of its answers is made anew
 * @param others may block
 * @param decided what is decided of nodes, by name; may block
 */
public record AllNodes(
    ClusterView here,
    Supplier<List<OtherNode>> others,
    Supplier<Map<String, NodeState>> decided,
    NodeUpkeep upkeep,
    NodeMembers members)
    implements ClusterPort {
  @Override
  public ClusterSummary summary() {
    return in(here.summary());
  }

  @Override
  public ClusterSummary overview() {
    return in(here.overview());
  }

  private ClusterSummary in(ClusterSummary own) {
    DecidedNodes nodes = new DecidedNodes(decided.get());
    return nodes.in(OtherNode.in(own, nodes.without(others.get())));
  }

  @Override
  public CapacityReport resource() {
    return in(here.resource());
  }

  @Override
  public CapacityReport setResource(ObjectNode limits) {
    return in(here.setResource(limits));
  }

  private CapacityReport in(CapacityReport own) {
    DecidedNodes nodes = new DecidedNodes(decided.get());
    return nodes.in(OtherNode.in(own, nodes.without(others.get())));
  }
}
