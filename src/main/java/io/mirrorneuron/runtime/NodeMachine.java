package io.mirrorneuron.runtime;

import io.mirrorneuron.runtime.cluster.GpuInventory;
import io.mirrorneuron.runtime.cluster.Hardware;
import io.mirrorneuron.runtime.exec.pool.Pools.NodeCapacity;
import java.util.function.Supplier;

/**
 * The machine of a runtime.
 *
 * @param hardware as it is now; asked often, must not block
 * @param stock what programs can be given of it now; asked often, must not block
 */
public record NodeMachine(
    Supplier<Hardware> hardware, GpuInventory gpus, Supplier<NodeCapacity> stock) {}
