package io.mirrorneuron.runtime.engine;

/**
 * Names a mailbox.
 *
 * @param stepId null for the agent's own mailbox, which is for no step
 */
record Address(String agentId, String stepId) {}
