package io.mirrorneuron.runtime.exec.protocol;

import java.io.IOException;
import java.io.InputStream;

/** A stream whose bytes are made piece by piece. */
abstract class PieceStream extends InputStream {
  private byte[] piece = {};
  private int at;

  /** The next bytes, perhaps none; null at the end. */
  abstract byte[] next() throws IOException;

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] into, int offset, int length) throws IOException {
    while (piece != null && at == piece.length) {
      piece = next();
      at = 0;
    }
    if (piece == null) {
      return -1;
    }
    int count = Math.min(length, piece.length - at);
    System.arraycopy(piece, at, into, offset, count);
    at += count;
    return count;
  }
}
