package io.mirrorneuron.runtime.exec.protocol;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.StandardCharsets;

/** A text as JSON, made while it is read: any length, little memory. */
final class QuotedText extends PieceStream {
  private static final int CHUNK = 16 << 10;
  private static final byte[] QUOTE = {'"'};

  private final Reader text;
  private final char[] chars = new char[CHUNK];
  private boolean begun;

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
  byte[] next() throws IOException {
    if (!begun) {
      begun = true;
      return QUOTE;
    }
    if (ended) {
      return null;
    }
    int count = text.read(chars, held, CHUNK - held);
    if (count < 0) {
      ended = true;
      return QUOTE;
    }
    int all = held + count;
    held = Character.isHighSurrogate(chars[all - 1]) ? 1 : 0;
    byte[] piece = JsonStringEncoder.getInstance().quoteAsUTF8(new String(chars, 0, all - held));
    if (held == 1) {
      chars[0] = chars[all - 1];
    }
    return piece;
  }
}
