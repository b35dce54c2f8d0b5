package io.mirrorneuron.gateway.stream;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.gateway.answer.Problem;
import io.mirrorneuron.wire.Json;
import java.util.ArrayDeque;
import java.util.Deque;

/** One of the streams of a {@link Realtime} socket. */
final class RealtimeTopic implements StreamSink {
  private static final int WINDOW = 1000;
  private static final int FRAMES = 32;

  private final Realtime owner;
  private final String name;
  private final LiveRecord.Form form;
  private final boolean acknowledged;
  private final Deque<Long> unacknowledged = new ArrayDeque<>();
  private Subscriber subscriber;

  /**
   * @param acknowledged whether at most so many records are sent that the client has not
   *     acknowledged
   */
  RealtimeTopic(Realtime owner, String name, boolean acknowledged) {
    this.owner = owner;
    this.name = name;
    this.form = new LiveRecord.Patch(name);
    this.acknowledged = acknowledged;
  }

  /** As the client calls it. */
  String name() {
    return name;
  }

  /** What was sent so far; 0 before the first page is there. */
  long version() {
    return subscriber == null ? 0 : subscriber.cursor();
  }

  void advance() {
    if (subscriber != null) {
      subscriber.advance();
    }
  }

  /** The client has everything up to here. */
  void acknowledge(long version) {
    while (!unacknowledged.isEmpty() && unacknowledged.peek() <= version) {
      unacknowledged.remove();
    }
    advance();
  }

  /** The client wants no more of it, or is gone. */
  void leave() {
    owner.drop(this);
    if (subscriber != null) {
      subscriber.leave();
    }
  }

  @Override
  public void attach(Subscriber subscriber) {
    this.subscriber = subscriber;
  }

  @Override
  public boolean isFull() {
    return owner.socket().writeQueueFull() || unacknowledged.size() >= WINDOW;
  }

  @Override
  public int write(EventBatch batch, int from) {
    int room = Math.min(FRAMES, WINDOW - unacknowledged.size());
    int to = Math.min(batch.endOfWrite(from), from + room);
    int end = SocketSink.writeEach(owner.socket(), batch, form, from, to);
    for (int i = from; acknowledged && i < end; i++) {
      unacknowledged.add(batch.get(i).version());
    }
    return end;
  }

  /** The socket has one for all topics. */
  @Override
  public void heartbeat() {
    throw new IllegalStateException("a topic has no heartbeat of its own");
  }

  @Override
  public void end(long next) {
    owner.drop(this);
    owner.send(Json.object().put("type", "end").put("topic", name).put("version", next));
  }

  /** The client comes back with all of its topics. */
  @Override
  public void cut() {
    owner.socket().close(SocketSink.GOING_AWAY);
  }

  @Override
  public void fail(ObjectNode told) {
    cut();
  }

  @Override
  public void refuse(Problem problem) {
    owner.drop(this, problem);
  }
}
