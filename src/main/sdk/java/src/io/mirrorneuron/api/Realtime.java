package io.mirrorneuron.api;

import io.mirrorneuron.api.model.RealtimeMessage;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.NoSuchElementException;

/**
 * Many streams over one WebSocket, each record once, over as many sockets as it takes, until all of
 * them have ended. A message is a record of a topic ({@code patch}), or without one the topic's end.
 * Of each topic the server sends 1000 messages at most that are not acknowledged, so who is slow is
 * waited for. For one thread, beside {@link #acknowledge} and {@link #cursors}; close it when you
 * leave before the end.
 */
public final class Realtime
    implements Iterator<RealtimeMessage>, Iterable<RealtimeMessage>, AutoCloseable {
  private static final String PATH = "/realtime";

  /** Behind how many messages the server is told. */
  private static final int ACKNOWLEDGED_AT_ONCE = 100;

  private final Connection connection;
  private final RealtimeOptions options;
  private final Patience patience;
  private final Map<String, Long> open = new LinkedHashMap<>();
  private final Map<String, Long> acknowledged = new HashMap<>();
  private final Map<String, Long> untold = new HashMap<>();
  private int count;
  private boolean isAwaited;
  private Inbox inbox;
  private RealtimeMessage given;
  private RealtimeMessage next;

  Realtime(Connection connection, Map<String, Long> topics, RealtimeOptions options) {
    this.connection = connection;
    this.options = options;
    this.patience = new Patience(connection.what(new Call("GET", PATH)), options.patience());
    open.putAll(topics);
  }

  @Override
  public Iterator<RealtimeMessage> iterator() {
    return this;
  }

  @Override
  public boolean hasNext() {
    if (given != null && !options.byHand()) {
      acknowledge(given);
    }
    given = null;
    while (next == null && !open.isEmpty()) {
      try {
        next = accept(take());
      } catch (IOException | ProblemException cause) {
        leave();
        patience.lost(cause);
      } catch (TopicRefusedException refused) {
        leave();
        throw refused;
      }
    }
    if (next == null) {
      leave();
    }
    return next != null;
  }

  @Override
  public RealtimeMessage next() {
    if (!hasNext()) {
      throw new NoSuchElementException("all topics have ended");
    }
    given = next;
    next = null;
    return given;
  }

  /**
   * Tells the server that up to this message all of its topic is done with.
   *
   * @param message one of these
   */
  public synchronized void acknowledge(RealtimeMessage message) {
    Long known = acknowledged.get(message.topic());
    if (known != null && known >= message.version()) {
      return;
    }
    acknowledged.put(message.topic(), message.version());
    untold.put(message.topic(), message.version());
    count++;
    if (count >= ACKNOWLEDGED_AT_ONCE || isAwaited) {
      tell();
    }
  }

  /** {@return what was acknowledged last of each topic: with it as topics another goes on} */
  public synchronized Map<String, Long> cursors() {
    return Map.copyOf(acknowledged);
  }

  /**
   * The record of a message as one of the types of the contract.
   *
   * @param message one with a {@code patch}
   * @param type of it, for example {@code Event.class} at {@code job_events:…}, and {@code
   *     RunRecord.class} at {@code run:…}
   * @param <T> that type
   * @return the record
   */
  public <T> T patch(RealtimeMessage message, Class<T> type) {
    return connection.convert(message.patch(), type);
  }

  @Override
  public void close() {
    open.clear();
    next = null;
    leave();
  }

  private synchronized void leave() {
    if (inbox != null) {
      inbox.close();
    }
    inbox = null;
    untold.clear();
    count = 0;
  }

  private RealtimeMessage take() throws IOException {
    if (inbox == null) {
      connect();
    }
    synchronized (this) {
      if (inbox.isEmpty()) {
        tell();
        isAwaited = true;
      }
    }
    RealtimeMessage message = inbox.take();
    synchronized (this) {
      isAwaited = false;
    }
    return message;
  }

  private void connect() throws IOException {
    Inbox opened = new Inbox(connection, options.silence());
    opened.open(PATH + "?interval=" + interval(options.silence()));
    open.forEach(
        (topic, after) -> {
          Map<String, Object> wanted = new LinkedHashMap<>();
          wanted.put("action", "subscribe");
          wanted.put("topic", topic);
          if (after != null) {
            wanted.put("after", after);
          }
          wanted.put("ack", true);
          wanted.put("requestId", topic);
          opened.send(wanted);
        });
    patience.connected();
    synchronized (this) {
      inbox = opened;
      isAwaited = false;
    }
  }

  /** Seconds between signs of life. */
  private static double interval(Duration silence) {
    return Math.max(0.25, Math.min(15, silence.toMillis() / 3000.0));
  }

  private synchronized void tell() {
    if (inbox != null) {
      untold.forEach(
          (topic, version) ->
              inbox.send(
                  Map.of("action", "ack", "topic", topic, "version", version, "requestId", "ack")));
      untold.clear();
      count = 0;
    }
  }

  /** Null for what is no message of a topic: an answer, or something of the future. */
  private RealtimeMessage accept(RealtimeMessage message) throws IOException {
    boolean isRecord = message.patch() != null;
    if (!isRecord && "error".equals(message.type()) && !"ack".equals(message.requestId())) {
      if ("UNAVAILABLE".equals(message.code())) {
        throw new IOException(message.message());
      }
      throw new TopicRefusedException(message.topic(), message.code(), message.message());
    }
    boolean isEnd = !isRecord && "end".equals(message.type());
    if (!isRecord && !isEnd || message.version() == null || !open.containsKey(message.topic())) {
      return null;
    }
    if (isEnd) {
      open.remove(message.topic());
    } else {
      open.put(message.topic(), message.version());
    }
    patience.gotOn();
    return message;
  }
}
