/**
 * Services that jobs offer and need. {@link io.mirrorneuron.runtime.service.ServiceKeeper} follows
 * the jobs of this node, registers what they offer, has it checked and tells what changed; {@link
 * io.mirrorneuron.runtime.service.ServiceDirectory} reads what the nodes of a store have
 * registered; {@link io.mirrorneuron.runtime.service.ServiceRequirements} says whether what is
 * needed is there. Start with the keeper.
 */
package io.mirrorneuron.runtime.service;
