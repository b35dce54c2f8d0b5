/**
 * Services that jobs offer and need. {@link io.mirrorneuron.runtime.service.ServiceKeeper}
 * registers what this node's jobs offer, has it checked and publishes changes; {@link
 * io.mirrorneuron.runtime.service.ServiceDirectory} reads the registry; {@link
 * io.mirrorneuron.runtime.service.ServiceRequirements} checks what is needed. Start with the
 * keeper.
 */
package io.mirrorneuron.runtime.service;
