package io.mirrorneuron.launch.hook;

import io.mirrorneuron.wire.LaunchSecrets;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;

/**
 * The output of a hook, line by line with secrets hidden: the first MiB goes to a file, the end is
 * kept in memory. A full disk stops neither.
 */
final class HookOutput implements Consumer<byte[]>, AutoCloseable {
  private static final long MOST = 1 << 20;
  private static final int TAIL = 8 << 10;

  /** Bytes of a line; of a longer one the rest is left out, as a secret may be cut in two. */
  private static final int LONGEST_LINE = 1 << 20;

  private static final String CUT = "[line cut]\n";

  private final FileChannel file;
  private final LaunchSecrets secrets;
  private final ByteArrayOutputStream line = new ByteArrayOutputStream();
  private byte[] tail = {};
  private long left;
  private boolean isCut;

  /**
   * @param file to which it is added; closed with this
   */
  HookOutput(FileChannel file, LaunchSecrets secrets) throws IOException {
    this.file = file;
    this.secrets = secrets;
    this.left = Math.max(0, MOST - file.size());
  }

  @Override
  public synchronized void accept(byte[] piece) {
    int end = piece.length;
    while (end > 0 && piece[end - 1] != '\n') {
      end--;
    }
    if (end > 0) {
      add(piece, 0, end);
      flush();
    }
    add(piece, end, piece.length);
  }

  private void add(byte[] piece, int from, int to) {
    isCut |= line.size() + to - from > LONGEST_LINE;
    if (!isCut) {
      line.write(piece, from, to - from);
    }
  }

  /** Keeps what was not kept yet. */
  private void flush() {
    if (isCut) {
      keep(CUT.getBytes(StandardCharsets.UTF_8));
    } else if (line.size() > 0) {
      String text = line.toString(StandardCharsets.UTF_8);
      String shown = secrets.hide(text);
      keep(shown.equals(text) ? line.toByteArray() : shown.getBytes(StandardCharsets.UTF_8));
    }
    line.reset();
    isCut = false;
  }

  private void keep(byte[] piece) {
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
    flush();
    List<String> lines =
        new String(tail, StandardCharsets.UTF_8).lines().filter(line -> !line.isBlank()).toList();
    return lines.subList(Math.max(0, lines.size() - most), lines.size());
  }

  @Override
  public synchronized void close() {
    flush();
    try {
      file.close();
    } catch (IOException e) {
      // nothing is lost that could be kept
    }
  }
}
