package io.mirrorneuron.runtime.exec.protocol;

import io.mirrorneuron.runtime.exec.process.CappedBytes;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * Keeps the beginning of an output and, where that is not all, what its answer may be: the last
 * line that is not blank, or all of a document that begins with a line {@code {}. Not thread-safe.
 */
final class AnswerCollector implements AutoCloseable {
  /** The first line is not looked for beyond that. */
  private static final int FIRST_LINE = 4 << 10;

  private final int limit;
  private final long answerLimit;
  private final CappedBytes text;
  private final AnswerBuffer buffer;

  /** All that was printed, once that is more than the text has; null when it is not wanted. */
  private final AnswerBuffer whole;

  /** Whether it is known if there is a document. */
  private boolean known;

  private boolean document;

  /** Whether the line in progress has nothing but blanks yet. */
  private boolean isBlank = true;

  /**
   * @param limit bytes that are kept
   * @param answerLimit bytes of an answer that are kept
   * @param place where a file for a large answer can be made
   * @param plain whether all that is printed may be wanted
   */
  AnswerCollector(int limit, long answerLimit, Path place, boolean plain) {
    this.limit = limit;
    this.answerLimit = answerLimit;
    this.text = new CappedBytes(limit);
    this.buffer = new AnswerBuffer(limit, answerLimit, place, false);
    this.whole = plain ? new AnswerBuffer(0, answerLimit, place, true) : null;
  }

  void append(byte[] bytes, int from, int to) {
    boolean fitted = !text.overflowed();
    int kept = text.size();
    text.append(ByteBuffer.wrap(bytes, from, to - from));
    if (!known) {
      lookAtFirstLine();
    }
    int rest = from;
    if (text.overflowed()) {
      if (fitted) {
        rest += text.size() - kept;
        byte[] all = new byte[text.size()];
        text.view().get(all);
        int line = document ? 0 : Math.max(0, lastLine(all, 0, all.length, true));
        buffer.append(ByteBuffer.wrap(all, line, all.length - line));
        isBlank = isBlankAfter(all, 0, all.length, true);
        addToWhole(all, 0, all.length);
      }
      addToAnswer(bytes, rest, to);
      addToWhole(bytes, rest, to);
    }
    isBlank = isBlankAfter(bytes, rest, to, isBlank);
  }

  private void addToAnswer(byte[] bytes, int from, int to) {
    int line = document ? -1 : lastLine(bytes, from, to, isBlank);
    if (line >= 0) {
      buffer.clear();
    }
    int begin = Math.max(from, line);
    buffer.append(ByteBuffer.wrap(bytes, begin, to - begin));
  }

  private void addToWhole(byte[] bytes, int from, int to) {
    if (whole != null && from < to) {
      whole.append(ByteBuffer.wrap(bytes, from, to - from));
    }
  }

  private void lookAtFirstLine() {
    String begin = new String(text.view().array(), 0, text.size(), StandardCharsets.ISO_8859_1);
    String first = begin.stripLeading();
    int end = first.indexOf('\n');
    known = end >= 0 || text.size() > FIRST_LINE;
    document = end >= 0 && first.substring(0, end).strip().equals("{");
  }

  /**
   * Where the last line begins that is not blank, or -1 when none begins between the two places.
   *
   * @param fresh whether one may begin at the first place
   */
  private static int lastLine(byte[] bytes, int from, int to, boolean fresh) {
    boolean content = false;
    for (int i = to - 1; i >= from; i--) {
      if (bytes[i] == '\n' && content) {
        return i + 1;
      }
      content |= !isBlank(bytes[i]);
    }
    return content && fresh ? from : -1;
  }

  /**
   * Whether the last line has nothing but blanks.
   *
   * @param before whether that holds for its part before the first place
   */
  private static boolean isBlankAfter(byte[] bytes, int from, int to, boolean before) {
    for (int i = to - 1; i >= from; i--) {
      if (bytes[i] == '\n') {
        return true;
      }
      if (!isBlank(bytes[i])) {
        return false;
      }
    }
    return before;
  }

  private static boolean isBlank(byte each) {
    return each >= 0 && each <= ' ';
  }

  CappedBytes text() {
    return text;
  }

  PrintedAnswer answer(PrintedAnswer.Keeper keeper) {
    return text.overflowed()
        ? PrintedAnswer.of(buffer, limit, answerLimit, keeper)
        : PrintedAnswer.of(text.text(), answerLimit);
  }

  /** All that was printed; null when it was not wanted. */
  AnswerBuffer whole() {
    return whole;
  }

  @Override
  public void close() throws IOException {
    try (buffer) {
      if (whole != null) {
        whole.close();
      }
    }
  }
}
