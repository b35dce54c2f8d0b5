package io.mirrorneuron.testing;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.wire.Json;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** The client's end of a WebSocket: one text after the other, and how it ended. */
public final class SocketClient implements WebSocket.Listener, AutoCloseable {
  private static final long PATIENCE_SECONDS = 20;

  private final BlockingQueue<String> texts = new LinkedBlockingQueue<>();
  private final CompletableFuture<Integer> closed = new CompletableFuture<>();
  private final CompletableFuture<String> pong = new CompletableFuture<>();
  private final StringBuilder partial = new StringBuilder();
  private WebSocket socket;

  private SocketClient() {}

  /**
   * Opens a socket.
   *
   * @param token null for none in a header
   */
  public static SocketClient open(HttpClient http, URI uri, String token) {
    SocketClient client = deaf(http, uri, token);
    client.listen();
    return client;
  }

  /** Opens one that takes nothing before it is told to {@link #listen}. */
  public static SocketClient deaf(HttpClient http, URI uri, String token) {
    return connect(http.newWebSocketBuilder(), uri, token);
  }

  /** Opens one as a page of this origin does. */
  public static SocketClient ofPage(HttpClient http, URI uri, String token, String origin) {
    return connect(http.newWebSocketBuilder().header("Origin", origin), uri, token);
  }

  /** The HTTP status with which an upgrade is refused. */
  public static int refusal(Supplier<SocketClient> opening) {
    try (SocketClient opened = opening.get()) {
      throw new AssertionError("the socket was opened: " + opened);
    } catch (CompletionException e) {
      if (e.getCause() instanceof WebSocketHandshakeException refused) {
        return refused.getResponse().statusCode();
      }
      throw e;
    }
  }

  private static SocketClient connect(WebSocket.Builder builder, URI uri, String token) {
    SocketClient client = new SocketClient();
    if (token != null) {
      builder.header("Authorization", "Bearer " + token);
    }
    URI ws = URI.create(uri.toString().replaceFirst("^http", "ws"));
    client.socket = builder.buildAsync(ws, client).join();
    return client;
  }

  public void listen() {
    socket.request(1);
  }

  @Override
  public void onOpen(WebSocket opened) {}

  @Override
  public CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
    partial.append(data);
    if (last) {
      texts.add(partial.toString());
      partial.setLength(0);
    }
    from.request(1);
    return null;
  }

  @Override
  public CompletionStage<?> onPong(WebSocket from, ByteBuffer message) {
    pong.complete(StandardCharsets.UTF_8.decode(message).toString());
    from.request(1);
    return null;
  }

  @Override
  public CompletionStage<?> onClose(WebSocket from, int code, String reason) {
    closed.complete(code);
    return null;
  }

  @Override
  public void onError(WebSocket from, Throwable error) {
    closed.completeExceptionally(error);
  }

  /** The next text, as JSON. */
  public ObjectNode next() {
    return Json.parseObject(nextText(), "frame");
  }

  public String nextText() {
    try {
      String text = texts.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
      if (text == null) {
        throw new AssertionError(
            "no frame came; closed: " + closed,
            closed.isCompletedExceptionally() ? closed.exceptionNow() : null);
      }
      return text;
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** The close code, once the server has closed. */
  public int closeCode() {
    return closed.orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS).join();
  }

  public void send(String text) {
    socket.sendText(text, true).join();
  }

  /** What the server answers to a ping. */
  public String ping(String text) {
    socket.sendPing(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8))).join();
    return pong.orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS).join();
  }

  /** Cuts the connection as a network would. */
  @Override
  public void close() {
    socket.abort();
  }
}
