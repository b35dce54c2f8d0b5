package io.mirrorneuron.gateway.stream;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.gateway.answer.Problem;
import io.mirrorneuron.wire.Json;
import io.vertx.core.http.ServerWebSocket;
import java.time.Clock;

/** A stream as JSON texts {@code {"event":…,"id":…,"data":…}} of a WebSocket. */
final class SocketSink implements StreamSink {
  static final short ENDED = 1000;
  static final short GOING_AWAY = 1001;
  static final short REFUSED = 1008;
  static final short TOO_BIG = 1009;

  /** Most frames of one write, so that other subscribers need not wait. */
  private static final int FRAMES = 32;

  private final ServerWebSocket socket;
  private final boolean batches;
  private final Clock clock;

  /**
   * @param batches whether all records of one write share a frame
   */
  SocketSink(ServerWebSocket socket, boolean batches, Clock clock) {
    this.socket = socket;
    this.batches = batches;
    this.clock = clock;
  }

  @Override
  public void attach(Subscriber subscriber) {
    socket.drainHandler(drained -> subscriber.advance());
    socket.closeHandler(closed -> subscriber.leave());
    socket.exceptionHandler(failure -> socket.close());
  }

  @Override
  public boolean isFull() {
    return socket.writeQueueFull();
  }

  @Override
  public int write(EventBatch batch, int from) {
    int to = batch.endOfWrite(from);
    if (batches) {
      socket.writeFinalTextFrame(batch.text(LiveRecord.BATCH, from, to));
      return to;
    }
    return writeEach(socket, batch, LiveRecord.FRAME, from, Math.min(to, from + FRAMES));
  }

  /** Writes a frame for each record until the socket is full. */
  static int writeEach(
      ServerWebSocket socket, EventBatch batch, LiveRecord.Form form, int from, int to) {
    int at = from;
    do {
      socket.writeFinalTextFrame(batch.text(form, at, at + 1));
      at++;
    } while (at < to && !socket.writeQueueFull());
    return at;
  }

  @Override
  public void heartbeat() {
    String now = Json.timestamp(clock.instant());
    socket.writeFinalTextFrame(
        "{\"event\":\"heartbeat\",\"data\":{\"server_time\":\"" + now + "\"}}");
  }

  @Override
  public void end(long next) {
    socket.writeFinalTextFrame("{\"event\":\"end\",\"data\":{\"next\":" + next + "}}");
    socket.close(ENDED);
  }

  @Override
  public void cut() {
    socket.close(GOING_AWAY);
  }

  @Override
  public void fail(ObjectNode reported) {
    ObjectNode frame = Json.object().put("event", "error");
    socket.writeFinalTextFrame(Json.write(frame.set("data", reported)));
    socket.close(GOING_AWAY);
  }

  @Override
  public void refuse(Problem problem) {
    socket.close(REFUSED, problem.error());
  }
}
