package io.mirrorneuron.runtime.exec.log;

import io.mirrorneuron.runtime.exec.protocol.StdoutProtocol;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Keeps back what may be the answer of a program: an answer is no log line, and whether a line is
 * one is only known once nothing follows. That is one line that looks like an answer, or a document
 * of several lines that all of the output may be. Not thread-safe.
 */
final class AnswerHold {
  /** Of a document that begins with a line {@code {}; a longer one is told as lines. */
  private static final int DOCUMENT_BYTES = 64 << 10;

  private final Consumer<PrintedLine> onward;
  private final List<PrintedLine> held = new ArrayList<>();
  private boolean anything;
  private boolean document;
  private long bytes;

  /**
   * @param onward is given the lines that are no answer, in order
   */
  AnswerHold(Consumer<PrintedLine> onward) {
    this.onward = onward;
  }

  /**
   * @param careful false to keep back each line that may be an answer without a look into it
   */
  void line(PrintedLine line, boolean careful) {
    if (!anything) {
      anything = true;
      document = line.length() == 1 && line.first() == '{';
    }
    if (!document) {
      release();
    }
    bytes += line.length();
    if (document || isCandidate(line, careful)) {
      held.add(line);
      document &= bytes <= DOCUMENT_BYTES;
    } else {
      onward.accept(line);
    }
  }

  /**
   * Nothing follows.
   *
   * @param answered whether the output has an answer: all of it, or else its last line
   */
  void end(boolean answered) {
    if (answered && held.size() > 1 && isCandidate(held.getLast(), true)) {
      held.removeLast(); // the answer is this line, and not the whole
    } else if (answered) {
      held.clear();
    }
    release();
  }

  /** Hands on what is kept back: something follows it. */
  void release() {
    held.forEach(onward);
    held.clear();
    bytes = 0;
    document = false;
  }

  private static boolean isCandidate(PrintedLine line, boolean careful) {
    if (line.first() != '{') {
      return false;
    }
    return !careful
        || line.length() > line.bytes().length
        || StdoutProtocol.isNamedIn(new String(line.bytes(), StandardCharsets.ISO_8859_1));
  }
}
