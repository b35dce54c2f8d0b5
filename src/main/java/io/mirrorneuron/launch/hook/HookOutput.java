package io.mirrorneuron.launch.hook;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;

/**
 * What a hook prints: the first MiB goes to a file, the end is kept in memory. A disk that is full
 * ends neither.
 */
final class HookOutput implements Consumer<byte[]>, AutoCloseable {
  private static final long MOST = 1 << 20;
  private static final int TAIL = 8 << 10;

  private final FileChannel file;
  private byte[] tail = {};
  private long left;

  /**
   * @param file to which it is added; closed with this
   */
  HookOutput(FileChannel file) throws IOException {
    this.file = file;
    this.left = Math.max(0, MOST - file.size());
  }

  @Override
  public synchronized void accept(byte[] piece) {
    byte[] all = Arrays.copyOf(tail, tail.length + piece.length);
    System.arraycopy(piece, 0, all, tail.length, piece.length);
    tail = Arrays.copyOfRange(all, Math.max(0, all.length - TAIL), all.length);
    int kept = (int) Math.min(left, piece.length);
    left -= kept;
    try {
      ByteBuffer bytes = ByteBuffer.wrap(piece, 0, kept);
      while (bytes.hasRemaining()) {
        file.write(bytes);
      }
    } catch (IOException e) {
      left = 0;
    }
  }

  /** The last lines that are not blank. */
  synchronized List<String> lastLines(int most) {
    List<String> lines =
        new String(tail, StandardCharsets.UTF_8).lines().filter(line -> !line.isBlank()).toList();
    return lines.subList(Math.max(0, lines.size() - most), lines.size());
  }

  @Override
  public void close() {
    try {
      file.close();
    } catch (IOException e) {
      // nothing is lost that could be kept
    }
  }
}
