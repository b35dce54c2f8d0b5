/**
 * Where the agents of a job run. Entry: {@link io.mirrorneuron.runtime.placement.LocalScheduler},
 * which the engine asks through {@code runtime.port.Scheduler}; it knows the nodes, and a {@link
 * io.mirrorneuron.runtime.placement.Placement} chooses among them. Uses {@code runtime.port} and
 * {@code runtime.workflow} only.
 */
package io.mirrorneuron.runtime.placement;
