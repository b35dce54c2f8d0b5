package io.mirrorneuron.runstore.export;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/** Knows the length and the SHA-256 of all that was read through it, and ends what is too long. */
final class Hashed extends FilterInputStream {
  private final Sha256 digest = new Sha256();
  private final long limit;
  private long size;

  /**
   * @param limit bytes, after which reading fails
   */
  Hashed(InputStream in, long limit) {
    super(in);
    this.limit = limit;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] bytes, int from, int length) throws IOException {
    int read = super.read(bytes, from, length);
    if (read > 0) {
      size += read;
      if (size > limit) {
        throw new IOException("is longer than " + limit + " bytes");
      }
      digest.add(bytes, from, read);
    }
    return read;
  }

  long size() {
    return size;
  }

  String sha256() {
    return digest.hex();
  }
}
