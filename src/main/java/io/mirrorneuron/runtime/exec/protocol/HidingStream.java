package io.mirrorneuron.runtime.exec.protocol;

import io.mirrorneuron.wire.SecretTexts;
import java.io.IOException;
import java.io.InputStream;

/** Bytes in which secrets are replaced while they are read, also those across two readings. */
final class HidingStream extends PieceStream {
  private static final int CHUNK = 64 << 10;

  private final InputStream source;
  private final SecretTexts.Pieces pieces;
  private boolean ended;

  HidingStream(InputStream source, SecretTexts secrets) {
    this.source = source;
    this.pieces = secrets.pieces();
  }

  @Override
  byte[] next() throws IOException {
    if (ended) {
      return null;
    }
    byte[] read = source.readNBytes(CHUNK);
    ended = read.length == 0;
    return pieces.next(read);
  }
}
