/**
 * Which nodes take work, and how work leaves a node. What is decided of a node is a record that all
 * nodes on the store share ({@link io.mirrorneuron.runtime.drain.NodeStore}). Start with {@link
 * io.mirrorneuron.runtime.drain.LocalUpkeep}.
 */
package io.mirrorneuron.runtime.drain;
