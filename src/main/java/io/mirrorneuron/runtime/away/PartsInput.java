package io.mirrorneuron.runtime.away;

import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.node.PeerPrograms.Part;
import io.mirrorneuron.port.node.PeerPrograms.Talk;
import java.io.InputStream;
import java.time.Duration;

/**
 * The bytes of one event, part by part as they come: never more than one part is held.
 *
 * <p>Reading fails with MnException when the connection is lost in the middle.
 */
final class PartsInput extends InputStream {
  private final Talk talk;
  private final Duration patience;
  private Part part;
  private int at;

  PartsInput(Talk talk, Part first, Duration patience) {
    this.talk = talk;
    this.part = first;
    this.patience = patience;
  }

  @Override
  public int read() {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] into, int from, int length) {
    while (at == part.body().length) {
      if (!part.more()) {
        return -1;
      }
      part = next();
      at = 0;
    }
    int some = Math.min(length, part.body().length - at);
    System.arraycopy(part.body(), at, into, from, some);
    at += some;
    return some;
  }

  /** Passes over what nobody has read. */
  void skip() {
    while (part.more()) {
      part = next();
    }
    at = part.body().length;
  }

  private Part next() {
    try {
      Part next = talk.next(patience);
      if (next == null || next.number() != part.number()) {
        throw MnException.unavailable("an event of the other node does not end", null);
      }
      return next;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw MnException.unavailable("it was interrupted", e);
    }
  }
}
