package io.mirrorneuron.runtime.exec.protocol;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.runtime.exec.process.CappedBytes;
import io.mirrorneuron.runtime.exec.process.ProcessEnvironment;
import io.mirrorneuron.wire.Json;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

/**
 * Collects a program's output as it arrives, in pieces of any size: passes on each beacon line at
 * once and keeps the rest up to a limit. Beyond the limit it still remembers the last line, because
 * that is where a talkative program prints its answer. Fed by one thread; read by another only
 * after the end.
 */
public final class StdoutCollector {
  private static final byte[] BEACON =
      ProcessEnvironment.BEACON_PREFIX.getBytes(StandardCharsets.UTF_8);
  private static final int MAX_BEACON_BYTES = 64 * 1024;

  private final Consumer<ObjectNode> beacons;
  private final CappedBytes text;
  private final CappedBytes lastLine;

  /** The line in progress as long as it may become a beacon. */
  private final CappedBytes candidate = new CappedBytes(MAX_BEACON_BYTES);

  private boolean atLineStart = true;
  private boolean mayBeBeacon = true;

  /** Whether {@link #lastLine} began after the limit was passed, and so is whole. */
  private boolean lastLineIsWhole;

  public StdoutCollector(int limit, Consumer<ObjectNode> beacons) {
    this.beacons = beacons;
    this.text = new CappedBytes(limit);
    this.lastLine = new CappedBytes(limit);
  }

  public void accept(ByteBuffer bytes) {
    while (bytes.hasRemaining()) {
      boolean ends = false;
      int to = bytes.position();
      while (to < bytes.limit() && !ends) {
        ends = bytes.get(to++) == '\n';
      }
      piece(bytes.slice(bytes.position(), to - bytes.position()), ends);
      bytes.position(to);
    }
  }

  /** A part of one line, with its end or not. */
  private void piece(ByteBuffer piece, boolean ends) {
    if (!mayBeBeacon) {
      plain(piece);
    } else {
      candidate.append(piece);
      boolean possible = candidate.couldStartWith(BEACON) && !candidate.overflowed();
      if (!possible) {
        mayBeBeacon = false;
        piece.rewind();
        release(piece);
      } else if (ends) {
        endOfCandidate();
      }
    }
    if (ends) {
      mayBeBeacon = true;
      atLineStart = true;
    }
  }

  /** The line is an ordinary one after all: what was held back goes where it belongs. */
  private void release(ByteBuffer lastPiece) {
    int before = (int) (candidate.total() - lastPiece.remaining());
    if (before > 0) {
      plain(candidate.view().limit(before));
    }
    candidate.clear();
    plain(lastPiece);
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
    plain(candidate.view());
    candidate.clear();
  }

  private void plain(ByteBuffer piece) {
    ByteBuffer copy = piece.duplicate();
    text.append(piece);
    if (text.overflowed()) {
      if (atLineStart && !isBlank(copy)) {
        lastLine.clear();
        lastLineIsWhole = true;
      }
      lastLine.append(copy);
    }
    atLineStart = false;
  }

  private static boolean isBlank(ByteBuffer bytes) {
    for (int i = bytes.position(); i < bytes.limit(); i++) {
      if (bytes.get(i) > ' ' || bytes.get(i) < 0) {
        return false;
      }
    }
    return true;
  }

  /** No more output comes. */
  public void end() {
    if (candidate.size() > 0) {
      endOfCandidate();
    }
  }

  public CappedBytes text() {
    return text;
  }

  /** Where the answer is looked for: the whole output, or its last line when that is too long. */
  public String answer() {
    if (!text.overflowed()) {
      return text.text();
    }
    return lastLineIsWhole && !lastLine.overflowed() ? lastLine.text() : "";
  }
}
