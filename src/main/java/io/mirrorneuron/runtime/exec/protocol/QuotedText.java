package io.mirrorneuron.runtime.exec.protocol;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.StandardCharsets;

/** A text as JSON, made while it is read: any length, little memory. */
final class QuotedText extends InputStream {
  private static final int CHUNK = 16 << 10;

  private final Reader text;
  private final char[] chars = new char[CHUNK];
  private byte[] bytes = {'"'};
  private int at;

  /** The first half of a character whose other half is still to be read. */
  private int held;

  private boolean ended;

  /**
   * @param text UTF-8; what is not becomes replacement characters
   */
  QuotedText(InputStream text) {
    this.text = new InputStreamReader(text, StandardCharsets.UTF_8);
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] into, int offset, int length) throws IOException {
    while (at == bytes.length) {
      if (ended) {
        return -1;
      }
      fill();
    }
    int count = Math.min(length, bytes.length - at);
    System.arraycopy(bytes, at, into, offset, count);
    at += count;
    return count;
  }

  private void fill() throws IOException {
    int count = text.read(chars, held, CHUNK - held);
    at = 0;
    if (count < 0) {
      ended = true;
      bytes = new byte[] {'"'};
      return;
    }
    int all = held + count;
    held = Character.isHighSurrogate(chars[all - 1]) ? 1 : 0;
    bytes = JsonStringEncoder.getInstance().quoteAsUTF8(new String(chars, 0, all - held));
    if (held == 1) {
      chars[0] = chars[all - 1];
    }
  }
}
