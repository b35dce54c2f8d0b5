import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** Between one client and a server; keeps the last answer. */
final class Recorder implements AutoCloseable {
  private static final Set<String> OF_A_CONNECTION = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);

  static {
    OF_A_CONNECTION.addAll(List.of("connection", "content-length", "host", "http2-settings", "transfer-encoding", "upgrade"));
  }

  private final HttpClient http = HttpClient.newHttpClient();
  private final HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
  private final URI target;
  private volatile HttpResponse<byte[]> last;
  private volatile byte[] instead;

  Recorder(URI target) throws IOException {
    this.target = target;
    server.createContext("/", this::pass);
    server.start();
  }

  String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  int status() {
    return last.statusCode();
  }

  byte[] body() {
    return last.body();
  }

  /** From now on this is the JSON of each answer; null: what the server answers. */
  void answerInstead(byte[] body) {
    instead = body;
  }

  @Override
  public void close() {
    server.stop(0);
  }

  private void pass(HttpExchange exchange) throws IOException {
    byte[] sent = exchange.getRequestBody().readAllBytes();
    try {
      if (instead != null) {
        exchange.getResponseHeaders().add("Content-Type", "application/json");
        answer(exchange, last.statusCode(), instead);
        return;
      }
      last = http.send(request(exchange, sent), BodyHandlers.ofByteArray());
      Headers headers = exchange.getResponseHeaders();
      last.headers().map().forEach((name, values) -> values.stream().filter(value -> !OF_A_CONNECTION.contains(name)).forEach(value -> headers.add(name, value)));
      answer(exchange, last.statusCode(), last.body());
    } catch (InterruptedException | IOException | RuntimeException failure) {
      answer(exchange, 502, failure.toString().getBytes(StandardCharsets.UTF_8));
    }
  }

  private static void answer(HttpExchange exchange, int status, byte[] body) throws IOException {
    exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
    if (body.length > 0) {
      exchange.getResponseBody().write(body);
    }
    exchange.close();
  }

  private HttpRequest request(HttpExchange exchange, byte[] sent) {
    URI asked = exchange.getRequestURI();
    String query = asked.getRawQuery() == null ? "" : "?" + asked.getRawQuery();
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://" + target.getAuthority() + asked.getRawPath() + query))
            .timeout(Duration.ofSeconds(20))
            .method(exchange.getRequestMethod(), BodyPublishers.ofByteArray(sent));
    exchange.getRequestHeaders().forEach((name, values) -> header(request, name, values));
    return request.build();
  }

  private static void header(HttpRequest.Builder request, String name, List<String> values) {
    if (!OF_A_CONNECTION.contains(name)) {
      values.forEach(value -> request.header(name, value));
    }
  }
}
