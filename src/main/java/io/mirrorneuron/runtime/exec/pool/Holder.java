package io.mirrorneuron.runtime.exec.pool;

import io.mirrorneuron.runtime.workflow.Allocation;

/**
 * Who has something of this node now.
 *
 * @param slots of the pool; 0 while others have them, as its program waits for a person
 * @param allocation what else; null when that is nothing
 */
public record Holder(String jobId, String agentId, String pool, int slots, Allocation allocation) {}
