package io.mirrorneuron.runtime.loop;

/**
 * How long this node may believe that others take it for alive. Counts from the sending of the last
 * heartbeat that was answered, so it is over on this node before it is over for any other, whatever
 * an answer takes. Not thread-safe.
 */
final class Lease {
  private final long heldMs;
  private long renewedAt;

  /**
   * @param ticks of a clock that nobody sets, in milliseconds
   * @param heldMs less than others wait: what is left is for ending work
   */
  Lease(long ticks, long heldMs) {
    this.renewedAt = ticks;
    this.heldMs = heldMs;
  }

  /**
   * @param sentAt when the heartbeat was sent that has been answered
   */
  void renewed(long sentAt) {
    renewedAt = Math.max(renewedAt, sentAt);
  }

  boolean isOver(long ticks) {
    return ticks - renewedAt >= heldMs;
  }
}
