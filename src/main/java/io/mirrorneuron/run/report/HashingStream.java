package io.mirrorneuron.run.report;

import io.mirrorneuron.model.Sha256;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.function.LongConsumer;

/** Knows the length and the SHA-256 of all that was read through it. */
final class HashingStream extends FilterInputStream {
  private final LongConsumer each;
  private final Sha256 digest = new Sha256();
  private long size;

  HashingStream(InputStream in) {
    this(in, read -> {});
  }

  /**
   * @param each hears of each piece how long it is
   */
  HashingStream(InputStream in, LongConsumer each) {
    super(in);
    this.each = each;
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
      each.accept(read);
      size += read;
      digest.add(bytes, from, read);
    }
    return read;
  }

  /** Reads to the end, or until it is clear that more comes than this. */
  void readUpTo(long limit) throws IOException {
    byte[] buffer = new byte[16 << 10];
    while (size <= limit && read(buffer) >= 0) {}
  }

  long size() {
    return size;
  }

  String sha256() {
    return digest.hex();
  }
}
