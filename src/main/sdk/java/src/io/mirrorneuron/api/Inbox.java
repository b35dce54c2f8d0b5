package io.mirrorneuron.api;

import io.mirrorneuron.api.model.Problem;
import io.mirrorneuron.api.model.RealtimeMessage;
import java.io.IOException;
import java.net.http.HttpTimeoutException;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** What has come over a socket, until it is taken. */
final class Inbox implements WebSocket.Listener {
  /** So many pings fit into the longest silence. */
  private static final int PINGS = 10;

  private static final int REFUSED = 1008;
  private static final int UNAUTHENTICATED = 401;

  /** A message, or why no more will come. */
  private record Arrival(RealtimeMessage message, Exception end) {}

  private final BlockingQueue<Arrival> arrivals = new LinkedBlockingQueue<>();
  private final StringBuilder text = new StringBuilder();
  private final Connection connection;
  private final Duration silence;
  private volatile long heard = System.nanoTime();
  private WebSocket socket;
  private CompletableFuture<?> sent = CompletableFuture.completedFuture(null);

  Inbox(Connection connection, Duration silence) {
    this.connection = connection;
    this.silence = silence;
  }

  void open(String path) throws IOException {
    socket = connection.socket(path, this, silence);
  }

  boolean isEmpty() {
    return arrivals.isEmpty();
  }

  /**
   * The next message; an error when there will be none, or the socket is silent for too long. Whoever
   * waits pings: JDKs (17 to 25) do not always tell that a socket has ended within a message, but then
   * nothing can be sent.
   */
  RealtimeMessage take() throws IOException {
    while (true) {
      long left = heard + silence.toNanos() - System.nanoTime();
      Arrival next = poll(Math.min(left, silence.toNanos() / PINGS));
      if (next == null) {
        if (left <= 0) {
          throw new HttpTimeoutException("the socket is silent");
        }
        send(() -> socket.sendPing(ByteBuffer.allocate(0)));
        continue;
      }
      if (next.end() instanceof RuntimeException fatal) {
        throw fatal;
      }
      if (next.end() != null) {
        throw new IOException(next.end().getMessage(), next.end());
      }
      return next.message();
    }
  }

  private Arrival poll(long nanoseconds) {
    try {
      return arrivals.poll(nanoseconds, TimeUnit.NANOSECONDS);
    } catch (InterruptedException interruption) {
      throw Connection.interrupted(interruption);
    }
  }

  void send(Object message) {
    String written = connection.text(message);
    send(() -> socket.sendText(written, true));
  }

  /** One after the other; that something cannot be sent is the end of the socket. */
  private synchronized void send(Supplier<CompletableFuture<WebSocket>> sending) {
    sent = sent.thenCompose(before -> sending.get());
    sent.whenComplete(
        (done, failure) -> {
          if (failure != null) {
            onError(socket, failure);
          }
        });
  }

  synchronized void close() {
    sent.thenCompose(before -> socket.sendClose(WebSocket.NORMAL_CLOSURE, ""))
        .whenComplete((closed, failure) -> socket.abort());
  }

  /** As much as the server sends without acknowledgements. */
  @Override
  public void onOpen(WebSocket from) {
    from.request(Long.MAX_VALUE);
  }

  @Override
  public CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
    heard = System.nanoTime();
    text.append(data);
    if (last) {
      arrive(text.toString());
      text.setLength(0);
    }
    return null;
  }

  private void arrive(String whole) {
    try {
      RealtimeMessage message = connection.record(whole, RealtimeMessage.class);
      if (!"heartbeat".equals(message.type()) || message.patch() != null) {
        arrivals.add(new Arrival(message, null));
      }
    } catch (UnreadableAnswerException unreadable) {
      arrivals.add(new Arrival(null, unreadable));
    }
  }

  @Override
  public CompletionStage<?> onPong(WebSocket from, ByteBuffer data) {
    heard = System.nanoTime();
    return null;
  }

  @Override
  public CompletionStage<?> onClose(WebSocket from, int status, String reason) {
    Exception end = new IOException("the socket was closed (" + status + ")");
    if (status == REFUSED) {
      Problem told = Problem.builder().error(reason).detail("the server closed the socket").build();
      end = ProblemException.of(UNAUTHENTICATED, told, null);
    }
    arrivals.add(new Arrival(null, end));
    return null;
  }

  @Override
  public void onError(WebSocket from, Throwable failure) {
    arrivals.add(new Arrival(null, new IOException(failure)));
  }
}
