package io.mirrorneuron.runtime.cluster;

/**
 * A pool of execution slots at one moment.
 *
 * @param capacity slots in all
 * @param inUse slots given out
 * @param queued executions that wait
 * @param active executions that run
 */
public record PoolUsage(int capacity, int inUse, int queued, int active) {
  public int available() {
    return Math.max(0, capacity - inUse);
  }
}
