package io.mirrorneuron.runtime;

import io.mirrorneuron.runtime.cluster.GpuInventory;
import io.mirrorneuron.runtime.cluster.Hardware;
import io.mirrorneuron.runtime.exec.pool.Pools.NodeCapacity;
import java.util.function.Supplier;

/**
 * The machine of a runtime.
 *
 * @param hardware present state; asked often, must not block
 * @param stock present capacity for programs; asked often, must not block
 */
public record NodeMachine(
    Supplier<Hardware> hardware, GpuInventory gpus, Supplier<NodeCapacity> stock) {}
