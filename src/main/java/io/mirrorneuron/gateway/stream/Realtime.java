package io.mirrorneuron.gateway.stream;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.gateway.answer.Problem;
import io.mirrorneuron.gateway.answer.Refusal;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.security.Auth.Principal;
import io.mirrorneuron.wire.Json;
import io.mirrorneuron.wire.LenientJson;
import io.vertx.core.Vertx;
import io.vertx.core.http.ServerWebSocket;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * A WebSocket over which one client follows many streams. Requests are {@code
 * {action,topic,after?,ack?,version?,requestId?}}; each is answered, or refused with {@code
 * {type:"error",code,message}}. Runs on one event loop.
 */
final class Realtime {
  private static final int MAX_TOPICS = 100;
  private static final Set<String> ACTIONS = Set.of("subscribe", "unsubscribe", "ack");

  private final ServerWebSocket socket;
  private final Principal caller;
  private final Topics known;
  private final Streams streams;
  private final Clock clock;
  private final Map<String, RealtimeTopic> topics = new HashMap<>();

  Realtime(
      Vertx vertx,
      ServerWebSocket socket,
      Principal caller,
      Topics known,
      Streams streams,
      Clock clock,
      Duration interval) {
    this.socket = socket;
    this.caller = caller;
    this.known = known;
    this.streams = streams;
    this.clock = clock;
    long expiry =
        TokenExpiry.of(caller.expiry(), clock)
            .arm(vertx, () -> socket.close(SocketSink.REFUSED, TokenExpiry.PROBLEM.error()));
    long timer = vertx.setPeriodic(interval.toMillis(), due -> heartbeat());
    socket.drainHandler(drained -> drained());
    socket.textMessageHandler(this::receive);
    socket.binaryMessageHandler(
        bytes -> fail(Json.object(), MnException.malformed("messages are texts")));
    // On a working connection, only messages that exceed the limit cause exceptions.
    socket.exceptionHandler(failure -> socket.close(SocketSink.TOO_BIG));
    socket.shutdownHandler(stopping -> socket.close(SocketSink.GOING_AWAY));
    socket.closeHandler(
        closed -> {
          vertx.cancelTimer(timer);
          vertx.cancelTimer(expiry);
          List.copyOf(topics.values()).forEach(RealtimeTopic::leave);
        });
  }

  ServerWebSocket socket() {
    return socket;
  }

  void send(ObjectNode message) {
    if (!socket.isClosed()) {
      socket.writeFinalTextFrame(Json.write(message));
    }
  }

  /** Stops following the topic. */
  void drop(RealtimeTopic topic) {
    topics.remove(topic.name(), topic);
  }

  /** Stops the topic with an error. */
  void drop(RealtimeTopic topic, Problem problem) {
    drop(topic);
    send(error(problem).put("topic", topic.name()));
  }

  private void receive(String text) {
    ObjectNode message = Json.object();
    try {
      message = Json.parseObject(text, "the message");
      act(message, LenientJson.read(message, Message.class));
    } catch (MnException | Refusal e) {
      fail(message, e);
    }
    if (socket
        .writeQueueFull()) { // backpressure: no reads from a client that does not read answers
      socket.pause();
    }
  }

  /**
   * A request of the client.
   *
   * @param after a number, or the id of a record
   * @param ack whether the client acknowledges records before it gets more
   */
  private record Message(String action, String topic, JsonNode after, boolean ack, long version) {
    Message {
      action = action == null ? "" : action;
      topic = topic == null ? "" : topic;
    }

    String cursor() {
      return after != null && after.isValueNode() ? after.asText() : null;
    }
  }

  private void act(ObjectNode message, Message reported) {
    String name = reported.topic;
    if (ACTIONS.contains(reported.action) && name.isEmpty()) {
      throw MnException.malformed("topic is required: " + reported.action + " what?");
    }
    switch (reported.action) {
      case "subscribe" -> subscribe(reported, message);
      case "unsubscribe" -> {
        RealtimeTopic topic = topic(name);
        topic.leave();
        send(answer(message, "unsubscribed", name, topic.version()));
      }
      case "ack" -> topic(name).acknowledge(reported.version);
      default -> throw MnException.malformed("action must be subscribe, unsubscribe or ack");
    }
  }

  /** A repeated subscription restarts the topic. */
  private void subscribe(Message reported, ObjectNode message) {
    String name = reported.topic;
    Subscription wanted = known.find(name, reported.cursor(), caller);
    if (topics.containsKey(name)) {
      topics.get(name).leave();
    } else if (topics.size() >= MAX_TOPICS) {
      throw new MnException(
          ErrorCode.EXHAUSTED,
          "too_many_topics",
          "a socket follows " + MAX_TOPICS + " topics at most");
    }
    RealtimeTopic topic = new RealtimeTopic(this, name, reported.ack);
    topics.put(name, topic);
    streams
        .first(wanted)
        .onComplete(
            first -> {
              if (topics.get(name) == topic && !socket.isClosed()) {
                long from = wanted.cursor() instanceof Long number ? number : first.start();
                send(answer(message, "subscribed", name, from));
                streams.follow(wanted, first, topic, Duration.ZERO);
              }
            },
            failure -> {
              if (topics.get(name) == topic) {
                drop(topic);
                fail(message, failure);
              }
            });
  }

  private RealtimeTopic topic(String name) {
    RealtimeTopic topic = topics.get(name);
    if (topic == null) {
      throw MnException.notFound("topic", name);
    }
    return topic;
  }

  private void drained() {
    socket.resume();
    List.copyOf(topics.values()).forEach(RealtimeTopic::advance);
  }

  private void heartbeat() {
    if (!socket.writeQueueFull()) {
      ObjectNode beat = Json.object().put("type", "heartbeat");
      beat.put("serverTime", Json.timestamp(clock.instant()));
      topics.keySet().stream().sorted().forEach(beat.putArray("topics")::add);
      send(beat);
    }
  }

  private void fail(ObjectNode message, Throwable failure) {
    ObjectNode error = error(Problem.of(failure));
    copyRequestId(message, error);
    if (message.path("topic").isTextual()) {
      error.put("topic", message.path("topic").asText());
    }
    send(error);
  }

  private static ObjectNode error(Problem problem) {
    String code =
        switch (problem.status()) {
          case 400, 422 -> "INVALID_MESSAGE";
          case 404 -> "TOPIC_NOT_FOUND";
          default -> problem.error().toUpperCase(Locale.ROOT);
        };
    return Json.object().put("type", "error").put("code", code).put("message", problem.detail());
  }

  private static ObjectNode answer(ObjectNode to, String action, String topic, long version) {
    ObjectNode answer = Json.object();
    copyRequestId(to, answer);
    return answer.put("action", action).put("topic", topic).put("fromVersion", version);
  }

  private static void copyRequestId(ObjectNode from, ObjectNode to) {
    if (from.path("requestId").isValueNode()) {
      to.set("requestId", from.get("requestId"));
    }
  }

  /** One of the streams of a {@link Realtime} socket. */
  static final class RealtimeTopic implements StreamSink {
    private static final int WINDOW = 1000;
    private static final int FRAMES = 32;

    private final Realtime owner;
    private final String name;
    private final LiveRecord.Form form;
    private final boolean acknowledged;
    private final Deque<Long> unacknowledged = new ArrayDeque<>();
    private Subscriber subscriber;

    /**
     * @param acknowledged whether the number of unacknowledged records is limited
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

    /** Position of the last record sent; 0 before the first page. */
    long version() {
      return subscriber == null ? 0 : subscriber.cursor();
    }

    void advance() {
      if (subscriber != null) {
        subscriber.advance();
      }
    }

    /** The client has received everything up to this version. */
    void acknowledge(long version) {
      while (!unacknowledged.isEmpty() && unacknowledged.peek() <= version) {
        unacknowledged.remove();
      }
      advance();
    }

    /** The client unsubscribes or disconnects. */
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

    /** The socket has one heartbeat for all topics. */
    @Override
    public void heartbeat() {
      throw new IllegalStateException("a topic has no heartbeat of its own");
    }

    @Override
    public void end(long next) {
      owner.drop(this);
      owner.send(Json.object().put("type", "end").put("topic", name).put("version", next));
    }

    /** The client reconnects with all of its topics. */
    @Override
    public void cut() {
      owner.socket().close(SocketSink.GOING_AWAY);
    }

    @Override
    public void fail(ObjectNode reported) {
      cut();
    }

    @Override
    public void refuse(Problem problem) {
      owner.drop(this, problem);
    }
  }
}
