package io.mirrorneuron.api;

import java.time.Duration;

/**
 * How a stream is followed.
 *
 * @param after the cursor of the last record already known; null for all
 * @param patience how long a server may be away before the stream is given up
 * @param silence how long a connection may give no sign of life (the server gives one every 15
 *     seconds) before it is taken for lost
 */
public record FollowOptions(String after, Duration patience, Duration silence) {
  /** From the beginning; two minutes of patience, 50 seconds of silence. */
  public static final FollowOptions USUAL =
      new FollowOptions(null, Duration.ofSeconds(120), Duration.ofSeconds(50));

  /**
   * Goes on behind a record.
   *
   * @param cursor its id or number; null for all
   * @return such options, usual otherwise
   */
  public static FollowOptions after(Object cursor) {
    return new FollowOptions(
        cursor == null ? null : cursor.toString(), USUAL.patience, USUAL.silence);
  }

  /**
   * Waits for another time for a server that is away.
   *
   * @param patience how long
   * @return a copy
   */
  public FollowOptions withPatience(Duration patience) {
    return new FollowOptions(after, patience, silence);
  }

  /**
   * Bears another silence.
   *
   * @param silence how long
   * @return a copy
   */
  public FollowOptions withSilence(Duration silence) {
    return new FollowOptions(after, patience, silence);
  }
}
