package io.mirrorneuron.runtime.exec.log;

import java.util.Arrays;

/**
 * Cuts what a program prints into lines, which end with {@code \n}, {@code \r\n} or {@code \r}: the
 * last, as progress bars write over themselves with it. Not thread-safe.
 */
final class LineCutter {
  /** Is given each line that is not empty. */
  interface Lines {
    /**
     * @param bytes hold the beginning of the line until the call returns
     * @param from where it begins
     * @param kept bytes of it that are there
     * @param length bytes that it has
     */
    void line(byte[] bytes, int from, int kept, long length);
  }

  private final int limit;
  private final Lines lines;
  private byte[] buffer = new byte[128];
  private int kept;
  private long length;

  /**
   * @param limit bytes of a line that are kept
   */
  LineCutter(int limit, Lines lines) {
    this.limit = limit;
    this.lines = lines;
  }

  /** Takes the bytes between the two places. */
  void accept(byte[] bytes, int begin, int end) {
    int from = begin;
    for (int i = begin; i < end; i++) {
      byte each = bytes[i];
      if (each == '\n' || each == '\r') {
        if (length > 0) {
          keep(bytes, from, i - from);
          end();
        } else if (i > from) {
          lines.line(bytes, from, Math.min(i - from, limit), i - from);
        }
        from = i + 1;
      }
    }
    keep(bytes, from, end - from);
  }

  /** What came last is a line, too. */
  void end() {
    if (length > 0) {
      lines.line(buffer, 0, kept, length);
      kept = 0;
      length = 0;
    }
  }

  private void keep(byte[] bytes, int from, int count) {
    int more = Math.min(count, limit - kept);
    if (kept + more > buffer.length) {
      buffer = Arrays.copyOf(buffer, Math.min(limit, Math.max(kept + more, buffer.length * 2)));
    }
    System.arraycopy(bytes, from, buffer, kept, more);
    kept += more;
    length += count;
  }
}
