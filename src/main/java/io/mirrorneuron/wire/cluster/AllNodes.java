package io.mirrorneuron.wire.cluster;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.port.CapacityReport;
import io.mirrorneuron.port.ClusterPort;
import io.mirrorneuron.port.ClusterSummary;
import java.util.List;
import java.util.function.Supplier;

/**
 * The nodes on one store: this one as it is now, the others as they told of themselves last. One
 * that is dead is shown as offline, and adds nothing to what there is.
 *
 * @param here this node alone; each of its answers is made anew
 * @param others may block
 */
public record AllNodes(ClusterPort here, Supplier<List<OtherNode>> others) implements ClusterPort {
  @Override
  public ClusterSummary summary() {
    return OtherNode.in(here.summary(), others.get());
  }

  @Override
  public ClusterSummary overview() {
    return OtherNode.in(here.overview(), others.get());
  }

  @Override
  public CapacityReport resource() {
    return OtherNode.in(here.resource(), others.get());
  }

  @Override
  public CapacityReport setResource(ObjectNode limits) {
    return OtherNode.in(here.setResource(limits), others.get());
  }
}
