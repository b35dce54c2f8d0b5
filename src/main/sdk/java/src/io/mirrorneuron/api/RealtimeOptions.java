package io.mirrorneuron.api;

import java.time.Duration;

/**
 * How topics are followed.
 *
 * @param byHand whether {@link Realtime#acknowledge} is called for what is done with; otherwise a
 *     message counts as such when the next is asked for
 * @param patience how long a server may be away before the topics are given up
 * @param silence how long a socket may give no sign of life before it is taken for lost; the server
 *     is told to give three in that time
 */
public record RealtimeOptions(boolean byHand, Duration patience, Duration silence) {
  /** Messages are acknowledged by themselves; otherwise as {@link FollowOptions#USUAL}. */
  public static final RealtimeOptions USUAL =
      new RealtimeOptions(false, FollowOptions.USUAL.patience(), FollowOptions.USUAL.silence());

  /** Messages are acknowledged by the caller. */
  public static final RealtimeOptions BY_HAND =
      new RealtimeOptions(true, USUAL.patience, USUAL.silence);
}
