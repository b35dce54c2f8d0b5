package io.mirrorneuron.runtime.exec.process;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** The first bytes of a stream, and how many there were in all. Not thread-safe. */
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

  /** A view of what is kept, valid until the next change. */
  public ByteBuffer view() {
    return ByteBuffer.wrap(bytes, 0, size).slice();
  }

  /** Whether it begins with as much of {@code prefix} as it is long. */
  public boolean couldStartWith(byte[] prefix) {
    int compared = Math.min(size, prefix.length);
    return Arrays.equals(bytes, 0, compared, prefix, 0, compared);
  }

  /** As UTF-8; what is not UTF-8 becomes replacement characters. */
  public String text() {
    return text(size);
  }

  /** The same of so many bytes at most. */
  String text(int most) {
    return new String(bytes, 0, Math.min(most, size), StandardCharsets.UTF_8);
  }
}
