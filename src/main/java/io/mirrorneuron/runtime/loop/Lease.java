package io.mirrorneuron.runtime.loop;

import io.mirrorneuron.store.NodeRegistry;

/**
 * How long this node may believe that others take it for alive. Counts from the sending of the last
 * heartbeat that was answered, so it is over on this node before it is over for any other, whatever
 * an answer takes. Not thread-safe.
 */
final class Lease {
  /** Of the {@link NodeRegistry#LIFETIME_MS} that others wait; what is left is for ending work. */
  static final long HELD_MS = NodeRegistry.LIFETIME_MS * 2 / 3;

  private long renewedAt;

  /**
   * @param ticks of a clock that nobody sets, in milliseconds
   */
  Lease(long ticks) {
    this.renewedAt = ticks;
  }

  /**
   * @param sentAt when the heartbeat was sent that has been answered
   */
  void renewed(long sentAt) {
    renewedAt = Math.max(renewedAt, sentAt);
  }

  boolean isOver(long ticks) {
    return ticks - renewedAt >= HELD_MS;
  }
}
