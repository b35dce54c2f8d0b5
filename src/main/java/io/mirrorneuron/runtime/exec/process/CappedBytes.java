package io.mirrorneuron.runtime.exec.process;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** The first bytes of a stream, and its total length. Not thread-safe. */
public final class CappedBytes {
  private final int limit;
  private byte[] bytes = new byte[256];
  private int size;
  private long total;

  public CappedBytes(int limit) {
    this.limit = limit;
  }

  /** Takes all remaining bytes; keeps those below the limit. */
  public void append(ByteBuffer source) {
    total += source.remaining();
    int kept = Math.min(source.remaining(), limit - size);
    if (size + kept > bytes.length) {
      bytes = Arrays.copyOf(bytes, Math.min(limit, Math.max(size + kept, bytes.length * 2)));
    }
    source.get(bytes, size, kept);
    source.position(source.limit());
    size += kept;
  }

  public void clear() {
    size = 0;
    total = 0;
  }

  public int size() {
    return size;
  }

  /** Bytes seen, kept or not. */
  public long total() {
    return total;
  }

  public boolean overflowed() {
    return total > size;
  }

  /** A view of the kept bytes, valid until the next change. */
  public ByteBuffer view() {
    return ByteBuffer.wrap(bytes, 0, size).slice();
  }

  /** Whether the kept bytes and {@code prefix} agree up to the length of the shorter. */
  public boolean couldStartWith(byte[] prefix) {
    int compared = Math.min(size, prefix.length);
    return Arrays.equals(bytes, 0, compared, prefix, 0, compared);
  }

  /** As UTF-8; invalid bytes become replacement characters. */
  public String text() {
    return text(size);
  }

  /**
   * @param most bytes to convert
   */
  String text(int most) {
    return new String(bytes, 0, Math.min(most, size), StandardCharsets.UTF_8);
  }
}
