package io.mirrorneuron.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.mirrorneuron.testing.Shell;
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

/** {@code mn blueprint monitor} before a server whose list has several pages. */
class BlueprintMonitorTest {
  @TempDir Path home;
  private final List<String> asked = new CopyOnWriteArrayList<>();
  private HttpServer server;
  private Shell shell;

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/api/v1/runs", this::answer);
    server.start();
    shell =
        new Shell(Main::commandLine, home)
            .set("MN_API_BASE_URL", "http://127.0.0.1:" + server.getAddress().getPort());
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  private void answer(HttpExchange exchange) throws IOException {
    String query = exchange.getRequestURI().getQuery();
    boolean list = query != null;
    String run = "{\"run_id\":\"%s\",\"started_at\":\"2026-01-01T00:00:0%dZ\"%s}";
    String page =
        list && query.contains("cursor=two+2")
            ? "{\"data\":[" + run.formatted("a", 1, ",\"ended_at\":\"2026-01-02T00:00:00Z\"") + "]}"
            : "{\"data\":[" + run.formatted("b", 2, "") + "],\"next\":\"two+2\"}";
    if (list) {
      asked.add(query);
    }
    byte[] body = (list ? page : "{\"detail\":\"none\"}").getBytes(StandardCharsets.UTF_8);
    try (exchange) {
      exchange.sendResponseHeaders(list ? 200 : 404, body.length);
      exchange.getResponseBody().write(body);
    }
  }

  @Test
  void asManyPagesAreReadAsRunsAreWanted() {
    assertThat(shell.run("blueprint", "monitor", "--max-runs", "2").out().lines().skip(3))
        .satisfiesExactly(
            first -> assertThat(first).startsWith("a "),
            second -> assertThat(second).isEqualTo("b"));
    assertThat(asked).hasSize(2);
    assertThat(shell.run("blueprint", "monitor", "--max-runs=1", "--blueprint-id=x y").out())
        .endsWith("\nb\n");
    assertThat(asked).hasSize(3).last().asString().contains("blueprint_id=x y");
  }
}
