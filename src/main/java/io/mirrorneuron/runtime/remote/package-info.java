/**
 * Programs that run on another node than their job. Entries: {@link
 * io.mirrorneuron.runtime.remote.PlacedExecutions}, which the engine uses in place of the runner of
 * this node, and {@link io.mirrorneuron.runtime.remote.RemoteTasks}, which runs programs for the
 * jobs of other nodes. Uses the engine's port, the runner's sinks, placement and {@code port.node}.
 */
package io.mirrorneuron.runtime.remote;
