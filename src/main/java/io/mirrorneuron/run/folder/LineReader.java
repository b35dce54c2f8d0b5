package io.mirrorneuron.run.folder;

import io.mirrorneuron.untrusted.OpenFolder.OpenFile;
import io.mirrorneuron.untrusted.UntrustedFiles;
import io.mirrorneuron.untrusted.UntrustedFiles.RefusedFile;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.GZIPInputStream;

/**
 * Reads whole lines, plain or gzip, and tracks where each ends. Does not return an unfinished last
 * line.
 */
public final class LineReader implements AutoCloseable {
  /** Longest line in bytes; longer lines, which this product does not write, are skipped. */
  private static final int LONGEST = 1 << 20;

  private static final int BUFFER = 64 << 10;
  private static final int SMALLEST_BUFFER = 512;

  private final InputStream in;
  private final byte[] buffer;
  private int position;
  private int filled;
  private long end;

  private LineReader(InputStream in, long offset, int buffer) {
    this.in = in;
    this.buffer = new byte[buffer];
    this.end = offset;
  }

  public static LineReader of(InputStream in) {
    return new LineReader(in, 0, BUFFER);
  }

  /**
   * @param offset of the first byte to read; in a {@code .gz} file, of the unpacked bytes
   * @throws RefusedFile when a program has put something else in its place
   */
  public static LineReader open(Path file, long offset) throws IOException {
    if (file.toString().endsWith(".gz")) {
      return packed(UntrustedFiles.open(file).stream(), offset);
    }
    return at(UntrustedFiles.open(file), offset);
  }

  /**
   * Continues a plain file behind the position; from the beginning of the file when the line of the
   * position is not there any more. {@link #end} says which, before the first line is read.
   *
   * @throws RefusedFile when a program has put something else in its place
   */
  public static LineReader after(Path file, LogPosition position) throws IOException {
    OpenFile opened = UntrustedFiles.open(file);
    try {
      return at(opened, position.isIn(opened.channel()) ? position.end() : 0);
    } catch (IOException e) {
      opened.close();
      throw e;
    }
  }

  private static LineReader at(OpenFile opened, long offset) throws IOException {
    opened.channel().position(offset);
    int left = Math.clamp(opened.size() - offset, SMALLEST_BUFFER, BUFFER);
    return new LineReader(opened.stream(), offset, left);
  }

  private static LineReader packed(InputStream file, long offset) throws IOException {
    try {
      InputStream in = new GZIPInputStream(file, 64 << 10);
      in.skipNBytes(offset);
      return new LineReader(in, offset, BUFFER);
    } catch (IOException e) {
      file.close();
      throw e;
    }
  }

  /** Whether a plain file ends with a line end. */
  public static boolean endsALine(Path file) throws IOException {
    try (OpenFile opened = UntrustedFiles.open(file)) {
      return endingAt(opened.channel(), opened.size()) != null;
    }
  }

  /** The line whose end comes right before the offset, or null when none ends there. */
  static byte[] endingAt(FileChannel file, long offset) throws IOException {
    for (int block = 4 << 10; file.size() >= offset; block *= 4) {
      ByteBuffer bytes = ByteBuffer.allocate((int) Math.min(block, offset));
      while (bytes.hasRemaining()
          && file.read(bytes, offset - bytes.capacity() + bytes.position()) > 0) {}
      byte[] all = bytes.array();
      if (all.length == 0 || bytes.hasRemaining() || all[all.length - 1] != '\n') {
        return null;
      }
      int begin = all.length - 1;
      while (begin > 0 && all[begin - 1] != '\n') {
        begin--;
      }
      if (begin > 0 || all.length == offset) {
        return Arrays.copyOfRange(all, begin, all.length - 1);
      }
      if (block > LONGEST * 2) {
        return new byte[0];
      }
    }
    return null;
  }

  /** The next line without its end, empty if it was too long; null when there is none yet. */
  public byte[] next() throws IOException {
    ByteArrayOutputStream line = null;
    long length = 0;
    while (true) {
      if (position == filled) {
        position = 0;
        filled = Math.max(0, in.read(buffer));
        if (filled == 0) {
          return null;
        }
      }
      int from = position;
      while (position < filled && buffer[position] != '\n') {
        position++;
      }
      length += position - from;
      boolean complete = position < filled;
      if (complete && line == null) {
        end += length + 1;
        position++;
        return Arrays.copyOfRange(buffer, from, position - 1);
      }
      line = line == null ? new ByteArrayOutputStream() : line;
      if (length <= LONGEST) {
        line.write(buffer, from, position - from);
      }
      if (complete) {
        end += length + 1;
        position++;
        return length > LONGEST ? new byte[0] : line.toByteArray();
      }
    }
  }

  /** The offset behind the last returned line. */
  public long end() {
    return end;
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
