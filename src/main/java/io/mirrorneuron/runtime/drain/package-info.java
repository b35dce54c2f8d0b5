/**
 * Which nodes take work, and how work leaves a node. Decisions about nodes are records that all
 * nodes on the store share ({@link io.mirrorneuron.runtime.drain.NodeStore}). Start with {@link
 * io.mirrorneuron.runtime.drain.LocalMaintenance}.
 */
package io.mirrorneuron.runtime.drain;
