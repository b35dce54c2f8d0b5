package io.mirrorneuron.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.mirrorneuron.testing.Shell;
import io.mirrorneuron.testing.Shell.Ended;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code mn run follow} before a server that goes and comes back. */
class RunFollowTest {
  private static final String RECORD =
      "data: {\"channel\":\"events\",\"seq\":%d,\"ts\":\"2026-01-01T10:00:00Z\",\"type\":\"%s\"}\n\n";

  @TempDir Path home;
  private final List<String> streams = new CopyOnWriteArrayList<>();
  private HttpServer server;

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/api/v1/runs", exchange -> answer(exchange, 200, "{\"data\":[]}"));
    server.createContext("/api/v1/runs/r1/stream", this::stream);
    server.createContext("/api/v1/runs/r2/stream", this::page);
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  private static void answer(HttpExchange exchange, int status, String body) throws IOException {
    try (exchange) {
      exchange.sendResponseHeaders(status, body.length());
      exchange.getResponseBody().write(body.getBytes(StandardCharsets.UTF_8));
    }
  }

  private void stream(HttpExchange exchange) throws IOException {
    streams.add(exchange.getRequestURI().getQuery());
    switch (streams.size()) {
      case 1 -> cutOff(exchange, RECORD.formatted(7, "job_running"));
      case 2 -> answer(exchange, 503, "{\"detail\":\"starting\"}");
      case 3 -> cutOff(exchange, "");
      default ->
          answer(
              exchange, 200, RECORD.formatted(8, "job_completed") + "data: {\"type\":\"end\"}\n\n");
    }
  }

  private void page(HttpExchange exchange) throws IOException {
    streams.add(exchange.getRequestURI().getQuery());
    String form = "{\"data\":[%s],\"next\":%d,\"ended\":%b}";
    String record = "{\"seq\":%1$d,\"ts\":\"t%1$d\",\"type\":\"e%1$d\",\"payload\":{}}";
    switch (streams.size()) {
      case 1 -> answer(exchange, 200, form.formatted(record.formatted(7), 7, false));
      case 2, 3 -> answer(exchange, 200, form.formatted("", 7, false));
      case 4 -> answer(exchange, 503, "{\"detail\":\"starting\"}");
      case 5 -> cutOff(exchange, form.formatted("", 7, false));
      default -> answer(exchange, 200, form.formatted(record.formatted(8), 8, true));
    }
  }

  /** More is announced than comes. */
  private static void cutOff(HttpExchange exchange, String body) throws IOException {
    exchange.sendResponseHeaders(200, body.length() + 1);
    exchange.getResponseBody().write(body.getBytes(StandardCharsets.UTF_8));
    exchange.getResponseBody().flush();
    exchange.close();
  }

  private Shell shell() {
    return new Shell(Main::commandLine, home)
        .set("MN_API_BASE_URL", "http://127.0.0.1:" + server.getAddress().getPort());
  }

  @Test
  void itGoesOnBehindTheLastRecordWhenTheServerIsBack() {
    Ended ended = shell().run("run", "follow", "r1");

    assertThat(ended.exitCode()).as(ended.err()).isZero();
    assertThat(ended.out().lines().map(line -> line.replaceFirst(".* ", "")))
        .containsExactly("job_running", "job_completed");
    assertThat(ended.err())
        .isEqualTo("mn: the connection is lost; waiting for the server to come back\n");
    assertThat(streams)
        .extracting(query -> query.replaceFirst(".*after=", ""))
        .containsExactly("0", "7", "7", "7");
  }

  @Test
  void aServerThatWasNeverThereIsAFailure() {
    Shell shell = shell();
    server.stop(0);

    assertThat(shell.run("run", "follow", "r1").exitCode()).isEqualTo(6);
  }

  @Test
  void aBlueprintsRunIsFollowedBehindItsLastRecordToo() {
    Ended ended = shell().run("blueprint", "tail", "r2", "--follow", "--interval", "0.05");

    assertThat(ended.exitCode()).as(ended.err()).isZero();
    assertThat(ended.out()).isEqualTo("t7 e7 {}\nt8 e8 {}\n");
    assertThat(streams).hasSize(6).first().asString().contains("after=0");
    assertThat(streams.subList(1, 6)).allMatch(query -> query.contains("after=7"));
    assertThat(ended.err())
        .isEqualTo("mn: the connection is lost; waiting for the server to come back\n");
  }
}
