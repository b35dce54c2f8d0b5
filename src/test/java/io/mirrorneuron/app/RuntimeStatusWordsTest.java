package io.mirrorneuron.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.mirrorneuron.testing.Shell;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code mn runtime status} says of a server that serves, but not as it should. */
class RuntimeStatusWordsTest {
  private static final String REPORT =
      """
      {"overall": "warning",
       "components": [
         {"name": "api", "status": "passing", "target": "http://a/health", "detail": {"version": "1"}},
         {"name": "redis", "status": "warning", "target": "unix:///r.sock",
          "detail": {"version": "7.0.15", "warning": "Redis 7.0.15 has publicly known holes"}},
         {"name": "redis", "status": "passing", "target": "unix:///s.sock",
          "detail": {"version": "7.0.15", "note": "only this server reaches it"}},
         {"name": "storage", "status": "warning", "target": "/srv", "error": "the disk is full"}],
       "nodes": {"available": true, "by_status": {"up": 1}},
       "jobs": {"available": true, "by_status": {}}}
      """;

  @TempDir Path home;
  private HttpServer server;

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/api/v1/runtime/status",
        exchange -> {
          byte[] body = REPORT.getBytes(StandardCharsets.UTF_8);
          exchange.getResponseHeaders().add("Content-Type", "application/json");
          exchange.sendResponseHeaders(200, body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  @Test
  void aWarningSaysWhy() {
    String api = "http://127.0.0.1:%d/api/v1".formatted(server.getAddress().getPort());
    Shell.Ended reported =
        new Shell(Main::commandLine, home).run("runtime", "status", "--api", api);
    assertThat(reported.exitCode()).as(reported.err()).isZero();
    assertThat(reported.out().lines())
        .anyMatch(line -> line.matches("api +passing +http://a/health"))
        .anyMatch(line -> line.matches("redis +warning +Redis 7.0.15 has publicly known holes"))
        .anyMatch(line -> line.matches("redis +passing +only this server reaches it"))
        .anyMatch(line -> line.matches("storage +warning +the disk is full"));
  }
}
