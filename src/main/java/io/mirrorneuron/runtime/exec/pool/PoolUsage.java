package io.mirrorneuron.runtime.exec.pool;

import java.util.Set;

/**
 * How full a pool is at one moment.
 *
 * @param inUse slots that running executions hold
 * @param queued executions that wait
 * @param active executions that hold slots
 * @param holders ids of these, and of those that have lent their slots
 */
public record PoolUsage(
    String pool,
    int capacity,
    int inUse,
    int available,
    int queued,
    int active,
    Set<String> holders) {
  public PoolUsage {
    holders = Set.copyOf(holders);
  }
}
