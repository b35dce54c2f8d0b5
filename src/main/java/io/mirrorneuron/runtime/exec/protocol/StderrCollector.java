package io.mirrorneuron.runtime.exec.protocol;

import io.mirrorneuron.runtime.exec.process.CappedBytes;
import io.mirrorneuron.runtime.port.OutputTail;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

/**
 * What a program prints on stderr. Of too much the beginning is kept and the end, where it says why
 * it gave up. Not thread-safe.
 */
public final class StderrCollector {
  private static final int END_BYTES = 16 * 1024;

  private final CappedBytes beginning;
  private final Consumer<ByteBuffer> lines;
  private final byte[] end = new byte[END_BYTES];
  private int length;

  /**
   * @param limit bytes kept of the beginning
   * @param lines is given all of it
   */
  public StderrCollector(int limit, Consumer<ByteBuffer> lines) {
    this.beginning = new CappedBytes(limit);
    this.lines = lines;
  }

  /** Takes all remaining bytes. */
  public void append(ByteBuffer bytes) {
    lines.accept(bytes.duplicate());
    ByteBuffer last = bytes.duplicate();
    last.position(Math.max(last.position(), last.limit() - END_BYTES));
    int kept = Math.min(length, END_BYTES - last.remaining());
    System.arraycopy(end, length - kept, end, 0, kept);
    length = kept + last.remaining();
    last.get(end, kept, length - kept);
    beginning.append(bytes);
  }

  /** The end, from the start of a line when it is not all. */
  public String end() {
    String text = new String(end, 0, length, StandardCharsets.UTF_8);
    return beginning.total() > length ? text.substring(text.indexOf('\n') + 1) : text;
  }

  /** The copy that is kept. */
  public String stored(StoredText form) {
    String kept = form.of(beginning);
    return beginning.overflowed()
        ? kept + "\n[and its end]\n" + OutputTail.of(form.hidden(end()))
        : kept;
  }
}
