package io.mirrorneuron.testing;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import javax.net.ssl.SSLContext;

/** Who is told by webhooks, on this machine; behaves as a test says. */
public final class WebhookReceiver implements AutoCloseable {
  /** What came, with the names of headers in small letters. */
  public record Received(Map<String, String> headers, String body) {
    public String id() {
      return headers.get("webhook-id");
    }
  }

  /** How it answers. */
  @FunctionalInterface
  public interface Behaviour {
    void answer(HttpExchange exchange, Received received) throws IOException;
  }

  private final HttpServer server;
  private final String scheme;
  private final List<Received> received = new CopyOnWriteArrayList<>();
  private volatile Behaviour behaviour = answering(204);

  private WebhookReceiver(HttpServer server, String scheme) throws IOException {
    this.server = server;
    this.scheme = scheme;
    server.bind(new InetSocketAddress("127.0.0.1", 0), 0);
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.createContext("/", this::handle);
    server.start();
  }

  public static WebhookReceiver start() {
    try {
      return new WebhookReceiver(HttpServer.create(), "http");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The same over TLS. */
  public static WebhookReceiver start(SSLContext tls) {
    try {
      HttpsServer server = HttpsServer.create();
      server.setHttpsConfigurator(new HttpsConfigurator(tls));
      return new WebhookReceiver(server, "https");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public static Behaviour answering(int status) {
    return (exchange, received) -> exchange.sendResponseHeaders(status, -1);
  }

  /** With a body, of which {@code length} is told beforehand. */
  public static Behaviour answering(int status, String body, long length) {
    return (exchange, received) -> {
      exchange.sendResponseHeaders(status, length);
      exchange.getResponseBody().write(body.getBytes(StandardCharsets.UTF_8));
      exchange.getResponseBody().flush();
    };
  }

  /** From now on. */
  public void behave(Behaviour other) {
    behaviour = other;
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      Map<String, String> headers = new ConcurrentHashMap<>();
      exchange
          .getRequestHeaders()
          .forEach((name, values) -> headers.put(name.toLowerCase(), values.getFirst()));
      String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
      Received one = new Received(headers, body);
      received.add(one);
      behaviour.answer(exchange, one);
    }
  }

  /** All that came, in its order. */
  public List<Received> received() {
    return received;
  }

  public int port() {
    return server.getAddress().getPort();
  }

  public String url() {
    return url("127.0.0.1");
  }

  public String url(String host) {
    return scheme + "://" + host + ":" + port() + "/hooks?key=1";
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
