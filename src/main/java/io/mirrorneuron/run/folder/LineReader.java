package io.mirrorneuron.run.folder;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.zip.GZIPInputStream;

/**
 * Reads whole lines, plain or gzip, and knows where each ends. An unfinished last line is not
 * returned.
 */
public final class LineReader implements AutoCloseable {
  /** Bytes of a line at most; longer lines, which this product does not write, are skipped. */
  private static final int LONGEST = 1 << 20;

  private final InputStream in;
  private final byte[] buffer = new byte[64 << 10];
  private int position;
  private int filled;
  private long end;

  private LineReader(InputStream in, long offset) {
    this.in = in;
    this.end = offset;
  }

  public static LineReader of(InputStream in) {
    return new LineReader(in, 0);
  }

  /**
   * @param offset of the first byte to read; of a {@code .gz} file in the unpacked bytes
   */
  public static LineReader open(Path file, long offset) throws IOException {
    if (file.toString().endsWith(".gz")) {
      InputStream in = new GZIPInputStream(Files.newInputStream(file), 64 << 10);
      in.skipNBytes(offset);
      return new LineReader(in, offset);
    }
    FileChannel channel =
        FileChannel.open(file, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);
    channel.position(offset);
    return new LineReader(Channels.newInputStream(channel), offset);
  }

  /** The line whose end comes right before the offset, or null when none ends there. */
  public static byte[] endingAt(Path file, long offset) throws IOException {
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS)) {
      for (int block = 4 << 10; channel.size() >= offset; block *= 4) {
        ByteBuffer bytes = ByteBuffer.allocate((int) Math.min(block, offset));
        while (bytes.hasRemaining()
            && channel.read(bytes, offset - bytes.capacity() + bytes.position()) > 0) {}
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

  /** Where the line after the last one begins. */
  public long end() {
    return end;
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
