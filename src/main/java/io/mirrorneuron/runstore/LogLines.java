package io.mirrorneuron.runstore;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.GZIPInputStream;

/** Reads line files without holding more than a line of them. */
final class LogLines {
  /** No record is longer, and what is longer is no record. */
  private static final int LONGEST = 1 << 20;

  private final Visitor visitor;
  private byte[] line = new byte[4 << 10];
  private int length;
  private boolean tooLong;

  private LogLines(Visitor visitor) {
    this.visitor = visitor;
  }

  /** Gets each line without its end; the array holds something else afterwards. */
  @FunctionalInterface
  interface Visitor {
    void line(byte[] bytes, int offset, int length);
  }

  /** All lines that are not empty, oldest first; files that vanish meanwhile have none. */
  static void read(RunFolder folder, RunLog log, Visitor visitor) {
    byte[] buffer = new byte[32 << 10];
    for (Path file : folder.files(log).all()) {
      var lines = new LogLines(visitor);
      try (InputStream in = open(file)) {
        for (int count; (count = in.read(buffer)) > 0; ) {
          lines.accept(buffer, count);
        }
        lines.end();
      } catch (IOException e) {
        // Rotated away, or a damaged archive: what could be read has been.
      }
    }
  }

  private static InputStream open(Path file) throws IOException {
    InputStream in = Files.newInputStream(file);
    try {
      return file.toString().endsWith(".gz") ? new GZIPInputStream(in) : in;
    } catch (IOException e) {
      in.close();
      throw e;
    }
  }

  private void accept(byte[] bytes, int count) {
    int start = 0;
    for (int i = 0; i < count; i++) {
      if (bytes[i] == '\n') {
        if (length == 0 && !tooLong) {
          tell(bytes, start, i - start); // whole in the buffer, as nearly all are
        } else {
          keep(bytes, start, i);
          end();
        }
        start = i + 1;
      }
    }
    keep(bytes, start, count);
  }

  private void keep(byte[] bytes, int from, int to) {
    tooLong |= length + to - from > LONGEST;
    if (tooLong) {
      return;
    }
    if (length + to - from > line.length) {
      line = Arrays.copyOf(line, Math.max(2 * line.length, length + to - from));
    }
    System.arraycopy(bytes, from, line, length, to - from);
    length += to - from;
  }

  private void end() {
    if (!tooLong) {
      tell(line, 0, length);
    }
    length = 0;
    tooLong = false;
  }

  private void tell(byte[] bytes, int offset, int count) {
    if (count > 0) {
      visitor.line(bytes, offset, count);
    }
  }
}
