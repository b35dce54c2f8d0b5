package io.mirrorneuron.runtime.exec.pool;

/**
 * How full a pool is at one moment.
 *
 * @param inUse slots that running executions hold
 * @param queued executions that wait
 * @param active executions that hold slots
 */
public record PoolUsage(
    String pool, int capacity, int inUse, int available, int queued, int active) {}
