package io.mirrorneuron.runtime.exec;

import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.runtime.exec.HostMachinery.SeenVendors;
import io.mirrorneuron.runtime.exec.pool.Pools.NodeCapacity;
import io.mirrorneuron.runtime.workflow.NodeAttributes.NodeDevice;
import io.mirrorneuron.runtime.workflow.ResourceRequest.Allocation.Device;
import io.mirrorneuron.runtime.workflow.ResourceRequest.Amounts;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class SeenVendorsTest {
  @Test
  void aToolThatFailsForAWhileOpensNothing() {
    var card =
        new NodeDevice(new Device("GPU-a", 0, "gpu", "nvidia", "cuda"), null, List.of(), -1, -1);
    var stock = new AtomicReference<>(NodeCapacity.endless("n"));
    var vendors = new SeenVendors(stock::get);
    assertThat(vendors.get()).isEmpty();
    stock.set(new NodeCapacity("n", Amounts.NONE, Amounts.NONE, List.of(card), 1));
    assertThat(vendors.get()).containsExactly("nvidia");
    stock.set(NodeCapacity.endless("n"));
    assertThat(vendors.get()).containsExactly("nvidia");
  }
}
