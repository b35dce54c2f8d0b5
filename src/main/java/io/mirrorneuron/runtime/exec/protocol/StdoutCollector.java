package io.mirrorneuron.runtime.exec.protocol;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.runtime.exec.process.CappedBytes;
import io.mirrorneuron.runtime.exec.process.ProcessEnvironment;
import io.mirrorneuron.wire.Json;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.function.Consumer;

/**
 * Collects a program's output as it arrives, in pieces of any size: passes on each beacon line at
 * once and keeps the rest up to a limit. Beyond the limit it still remembers the last line, because
 * that is where a talkative program prints its answer. Fed by one thread; read by another only
 * after the end.
 */
public final class StdoutCollector implements AutoCloseable {
  private static final byte[] BEACON =
      ProcessEnvironment.BEACON_PREFIX.getBytes(StandardCharsets.UTF_8);
  private static final int MAX_BEACON_BYTES = 64 * 1024;

  private final Consumer<ObjectNode> beacons;
  private final Consumer<ByteBuffer> lines;
  private final AnswerCollector output;

  /** The line in progress as long as it may become a beacon. */
  private final CappedBytes candidate = new CappedBytes(MAX_BEACON_BYTES);

  private boolean atLineStart = true;

  /**
   * @param limit bytes that are kept
   * @param answerLimit bytes of an answer that are kept
   * @param place where a file for a large answer can be made
   * @param plain whether what is printed is the output of a step
   * @param lines is given all that is no beacon
   */
  public StdoutCollector(
      int limit,
      long answerLimit,
      Path place,
      boolean plain,
      Consumer<ObjectNode> beacons,
      Consumer<ByteBuffer> lines) {
    this.beacons = beacons;
    this.lines = lines;
    this.output = new AnswerCollector(limit, answerLimit, place, plain);
  }

  /** Takes all remaining bytes of an array, which may be filled again when the call returns. */
  public void accept(ByteBuffer buffer) {
    byte[] bytes = buffer.array();
    int plain = buffer.arrayOffset() + buffer.position(); // where what is no beacon begins
    int end = plain + buffer.remaining();
    buffer.position(buffer.limit());
    for (int from = plain, to; from < end; from = to) {
      to = endOfLine(bytes, from, end);
      boolean ends = bytes[to - 1] == '\n';
      if (candidate.size() > 0 || atLineStart && bytes[from] == BEACON[0]) {
        plain(bytes, plain, from);
        candidate.append(ByteBuffer.wrap(bytes, from, to - from));
        boolean possible = candidate.couldStartWith(BEACON) && !candidate.overflowed();
        if (!possible) {
          release(to - from);
          plain = from;
        } else {
          plain = to;
          if (ends) {
            endOfCandidate();
          }
        }
      }
      atLineStart = ends;
    }
    plain(bytes, plain, end);
  }

  /** Behind the line feed, or at the end of what there is. */
  private static int endOfLine(byte[] bytes, int from, int end) {
    int to = from;
    while (to < end && bytes[to] != '\n') {
      to++;
    }
    return Math.min(to + 1, end);
  }

  /**
   * The line is an ordinary one after all: what was held back of it goes where it belongs.
   *
   * @param last bytes of it at its end, which are left to the caller
   */
  private void release(int last) {
    int before = (int) candidate.total() - last;
    byte[] held = new byte[before];
    candidate.view().get(held);
    candidate.clear();
    plain(held, 0, before);
  }

  private void endOfCandidate() {
    if (candidate.size() > BEACON.length) {
      String json = candidate.text().substring(ProcessEnvironment.BEACON_PREFIX.length());
      try {
        if (Json.parse(json) instanceof ObjectNode beacon) {
          candidate.clear();
          beacons.accept(beacon);
          return;
        }
      } catch (JsonProcessingException e) {
        // Not a beacon, then: the line stays in the output, where its author can see it.
      }
    }
    byte[] line = new byte[candidate.size()];
    candidate.view().get(line);
    candidate.clear();
    plain(line, 0, line.length);
  }

  private void plain(byte[] bytes, int from, int to) {
    if (from < to) {
      lines.accept(ByteBuffer.wrap(bytes, from, to - from));
      output.append(bytes, from, to);
    }
  }

  /** No more output comes. */
  public void end() {
    if (candidate.size() > 0) {
      endOfCandidate();
    }
  }

  /** What is kept of it. */
  public CappedBytes text() {
    return output.text();
  }

  /**
   * Where the answer is looked for.
   *
   * @param keeper keeps large values of a large answer
   */
  public PrintedAnswer answer(PrintedAnswer.Keeper keeper) {
    return output.answer(keeper);
  }

  /**
   * The verdict with the output that was printed, where the stored copy says something else.
   *
   * @param form of that copy
   * @param keeper keeps an output that is too large for memory
   * @param wantsJson whether output that is text is a failure
   */
  public Verdict withOutput(
      Verdict verdict, StoredText form, PrintedAnswer.Keeper keeper, boolean wantsJson) {
    return new PlainOutput(form, keeper, wantsJson).in(verdict, output.text(), output.whole());
  }

  @Override
  public void close() throws IOException {
    output.close();
  }

  /**
   * Keeps the beginning of an output and, where that is not all, what its answer may be: the last
   * line that is not blank, or all of a document that begins with a line {@code {}. Not thread-safe.
   */
  private static final class AnswerCollector implements AutoCloseable {
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
}
