package io.mirrorneuron.runtime.service;

/**
 * How many changes of one service its job tells: some at once, then one from time to time, as the
 * history of a job is bounded and a service may change its mind for ever. Not thread-safe.
 */
final class EventBudget {
  private static final int MOST = 10;
  private static final long ONE_EVERY_MS = 60_000;

  private double left = MOST;
  private long at = Long.MIN_VALUE;
  private int untold;

  /**
   * Whether one may be told at this time, in milliseconds.
   *
   * @param now never before that of an earlier call
   */
  boolean take(long now) {
    if (at != Long.MIN_VALUE) {
      left = Math.min(MOST, left + (double) (now - at) / ONE_EVERY_MS);
    }
    at = now;
    if (left < 1) {
      untold++;
      return false;
    }
    left--;
    return true;
  }

  /** How many were not told since this was asked last. */
  int takeUntold() {
    int count = untold;
    untold = 0;
    return count;
  }
}
