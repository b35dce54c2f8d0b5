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
}
