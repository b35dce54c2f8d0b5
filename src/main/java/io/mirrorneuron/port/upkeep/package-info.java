/**
 * Upkeep of nodes: which of them take work, and how work leaves one that is to be switched off.
 * Start with {@link io.mirrorneuron.port.upkeep.NodeUpkeep}. Knows the model only.
 */
package io.mirrorneuron.port.upkeep;
