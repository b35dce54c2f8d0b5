/**
 * Placement of the agents of a job. Entries: {@link io.mirrorneuron.runtime.placement.Placement},
 * which chooses among nodes described by {@link io.mirrorneuron.runtime.placement.Machine}, and
 * {@link io.mirrorneuron.runtime.placement.LocalScheduler}, which the engine asks through {@code
 * runtime.port.Scheduler} with every commit. Uses {@code runtime.port} and {@code runtime.workflow}
 * only.
 */
package io.mirrorneuron.runtime.placement;
