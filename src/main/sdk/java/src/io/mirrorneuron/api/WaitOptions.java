package io.mirrorneuron.api;

import java.time.Duration;

/**
 * How a job's end is waited for.
 *
 * @param timeout how long; null for as long as it takes
 * @param check whether a job that ends otherwise than completed is thrown as {@link
 *     JobFailedException}
 * @param patience how long the server may be away
 */
public record WaitOptions(Duration timeout, boolean check, Duration patience) {
  /** However long it takes, and however it ends; two minutes of patience. */
  public static final WaitOptions USUAL =
      new WaitOptions(null, false, FollowOptions.USUAL.patience());

  /** The same, but only for a job that completes. */
  public static final WaitOptions CHECKED = new WaitOptions(null, true, USUAL.patience);

  /**
   * Waits no longer.
   *
   * @param timeout how long
   * @return a copy
   */
  public WaitOptions withTimeout(Duration timeout) {
    return new WaitOptions(timeout, check, patience);
  }

  /**
   * Waits for another time for a server that is away.
   *
   * @param patience how long
   * @return a copy
   */
  public WaitOptions withPatience(Duration patience) {
    return new WaitOptions(timeout, check, patience);
  }
}
