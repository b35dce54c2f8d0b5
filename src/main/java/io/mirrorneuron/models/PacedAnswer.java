package io.mirrorneuron.models;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/**
 * Writes an answer piece by piece, each after its pause, and injects a fault. Runs on the event
 * loop of its connection.
 */
final class PacedAnswer {
  private static final int HUGE_BYTES = 10 << 20;
  private static final Duration SLOW = Duration.ofSeconds(3);

  /**
   * A part of an answer.
   *
   * @param bytes made when its time has come
   * @param pause before it
   */
  record Piece(Duration pause, Supplier<Buffer> bytes) {}

  private final Vertx vertx;
  private final HttpServerResponse response;
  private final FakeFault fault;
  private final Runnable cut;
  private final AtomicInteger stalled;
  private final int half;
  private final Iterator<Piece> pieces;
  private int written;

  /**
   * @param cut closes the connection
   * @param stalled counts answers that have stopped in the middle
   */
  PacedAnswer(
      Vertx vertx,
      HttpServerResponse response,
      List<Piece> pieces,
      FakeFault fault,
      Runnable cut,
      AtomicInteger stalled) {
    this.stalled = stalled;
    this.vertx = vertx;
    this.response = response;
    this.fault = fault;
    this.cut = cut;
    this.half = pieces.size() / 2;
    this.pieces = pieces.iterator();
  }

  void send() {
    if (fault == FakeFault.SLOW) {
      after(SLOW, this::next);
    } else {
      next();
    }
  }

  private void after(Duration pause, Runnable then) {
    if (pause.toMillis() <= 0) {
      then.run();
    } else {
      vertx.setTimer(pause.toMillis(), _ -> then.run());
    }
  }

  private void next() {
    if (response.closed()) {
      return;
    }
    if (written == half && fault == FakeFault.CUT) {
      cut.run();
    } else if (written == half && fault == FakeFault.STALL) {
      stalled.incrementAndGet(); // nothing more, until the caller goes
      response.closeHandler(_ -> stalled.decrementAndGet());
    } else if (pieces.hasNext()) {
      Piece piece = pieces.next();
      after(piece.pause(), () -> write(piece));
    } else {
      response.end();
    }
  }

  private void write(Piece piece) {
    if (response.closed()) {
      return;
    }
    Buffer bytes = piece.bytes().get();
    written++;
    if (fault == FakeFault.HUGE && written - 1 == half) {
      bytes = Buffer.buffer("x".repeat(HUGE_BYTES)).appendBuffer(bytes);
    }
    if (fault == FakeFault.SPLIT) {
      writeSingly(bytesOf(bytes).iterator());
    } else {
      response.write(bytes).onSuccess(_ -> next());
    }
  }

  private static List<Buffer> bytesOf(Buffer whole) {
    List<Buffer> singles = new ArrayList<>();
    for (int i = 0; i < whole.length(); i++) {
      singles.add(whole.slice(i, i + 1));
    }
    return singles;
  }

  private void writeSingly(Iterator<Buffer> bytes) {
    if (bytes.hasNext()) {
      response.write(bytes.next()).onSuccess(_ -> writeSingly(bytes));
    } else {
      next();
    }
  }
}
