package io.mirrorneuron.gateway.answer;

import io.mirrorneuron.bus.StepLoop;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/**
 * Writes a part of an open file as an answer over HTTP/2, for which Vert.x sends files by name
 * only: by now another file may have that name. A piece is read when the one before is written.
 */
record ChannelPump(Vertx vertx, FileChannel file, HttpServerResponse response) {
  private static final int PIECE = 64 << 10;

  /** Completes when the answer has ended; fails when the client is gone or the file too short. */
  Future<Void> send(long from, long length) {
    return StepLoop.move(moved -> sent(from + moved, length - moved))
        .compose(moved -> response.end());
  }

  /** How many bytes are written. */
  private Future<Integer> sent(long from, long left) {
    return left == 0
        ? Future.succeededFuture(0)
        : vertx
            .executeBlocking(() -> read(from, (int) Math.min(PIECE, left)), false)
            .compose(piece -> response.write(piece).map(written -> piece.length()));
  }

  private Buffer read(long from, int length) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(length);
    int read = file.read(bytes, from);
    if (read <= 0) {
      throw new EOFException("the file has become shorter");
    }
    return Buffer.buffer(bytes.array()).slice(0, read);
  }
}
