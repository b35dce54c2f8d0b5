package io.mirrorneuron.gateway.call;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mirrorneuron.testing.GatewayFixture;
import io.mirrorneuron.testing.PublishedContract;
import io.mirrorneuron.testing.PublishedContract.Operation;
import io.mirrorneuron.testing.RawHttp;
import io.mirrorneuron.testing.RawHttp.Answer;
import io.mirrorneuron.testing.SocketClient;
import io.mirrorneuron.testing.SocketClient.Refused;
import io.mirrorneuron.wire.Json;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What browsers say of the page that asks decides, on a server that asks nobody for a token. */
class PageGuardIT {
  private static final byte[] MANIFEST =
      "{\"manifest_json\":\"{\\\"graph_id\\\":\\\"g\\\"}\"}".getBytes(StandardCharsets.UTF_8);

  @TempDir static Path folder;
  private static GatewayFixture gateway;

  @BeforeAll
  static void start() throws Exception {
    gateway = GatewayFixture.open(folder, null);
  }

  @AfterAll
  static void stop() {
    gateway.close();
  }

  private static Answer post(String host, String headers) throws IOException {
    return send("POST", "/api/v1/jobs", host, headers, MANIFEST);
  }

  private static Answer send(String method, String path, String host, String headers, byte[] body)
      throws IOException {
    return RawHttp.exchange(
        gateway.port(),
        method
            + " "
            + path
            + " HTTP/1.1\r\n"
            + (host == null ? "" : "Host: " + host + "\r\n")
            + headers
            + "Content-Length: "
            + body.length
            + "\r\nConnection: close\r\n\r\n",
        body);
  }

  private static void assertRefused(Answer answer, int status, String error) {
    assertThat(answer.status()).as(answer.body()).isEqualTo(status);
    assertThat(Json.parseObject(answer.body(), "problem").path("error").asText()).isEqualTo(error);
  }

  static Stream<Operation> unsafe() {
    return PublishedContract.read().operations().stream()
        .filter(operation -> !Set.of("GET", "HEAD").contains(operation.method()));
  }

  @ParameterizedTest
  @MethodSource("unsafe")
  void noOperationThatChangesAnythingIsForPagesOfOthers(Operation operation) throws IOException {
    int before = gateway.jobs.calls().size();
    String path = "/api/v1" + operation.path().replaceAll("\\{\\w+}", "1");
    String host = "localhost:" + gateway.port();
    for (String page :
        List.of(
            "Origin: https://evil.example\r\n",
            "Origin: https://evil.example\r\nSec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: no-cors\r\n",
            "Origin: null\r\n",
            "Origin: \r\n",
            "Origin: http://localhost:1\r\nSec-Fetch-Site: same-site\r\n",
            "Origin: https://evil.example\r\nUser-Agent: curl/8\r\n",
            "Origin: http://" + host + "\r\nOrigin: https://evil.example\r\n",
            "Origin: http://" + host + "\r\nSec-Fetch-Site: cross-site\r\n",
            "Origin: http://" + host + ".evil.example\r\n",
            "Origin: http://evil.example/" + host + "\r\n",
            "Sec-Fetch-Site: cross-site\r\n",
            "Sec-Fetch-Site: same-site\r\n",
            "Sec-Fetch-Site: same-origin, cross-site\r\n")) {
      for (String type :
          List.of(
              "",
              "Content-Type: application/json\r\n",
              "Content-Type: text/plain\r\n",
              "Content-Type: multipart/form-data; boundary=b\r\n",
              "Content-Type: application/x-www-form-urlencoded\r\n")) {
        Answer answer = send(operation.method(), path, host, page + type, MANIFEST);
        assertRefused(answer, 403, "origin_not_allowed");
      }
    }
    assertThat(gateway.jobs.calls()).as("nothing reached the runtime").hasSize(before);
  }

  @Test
  void programsAndOurOwnPagesMayAct() throws IOException {
    String host = "localhost:" + gateway.port();
    String json = "Content-Type: application/json\r\n";
    for (String headers :
        List.of(
            "",
            json,
            "Sec-Fetch-Site: none\r\n",
            json + "Origin: http://" + host + "\r\n",
            json + "Origin: http://" + host + "\r\nSec-Fetch-Site: same-origin\r\n",
            json + "Origin: HTTP://LOCALHOST:" + gateway.port() + "\r\n",
            json + "Origin: http://localhost:54001\r\n")) { // where base_url says that it is
      assertThat(post(host, headers).status()).as(headers).isEqualTo(200);
    }
  }

  @Test
  void pagesMustSayWhatTheySend() throws IOException {
    String host = "localhost:" + gateway.port();
    assertRefused(post(host, "Origin: http://" + host + "\r\n"), 415, "unsupported_media_type");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "localhost",
        "localhost:54001",
        "LocalHost:1",
        "127.0.0.1",
        "127.0.0.1:80",
        "127.1.2.3",
        "[::1]",
        "[::1]:54001"
      })
  void namesOfThisMachineAreServed(String host) throws IOException {
    assertThat(send("GET", "/api/v1/jobs", host, "", new byte[0]).status()).isEqualTo(200);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "rebind.evil.example:54001",
        "evil.example",
        "localhost.evil.example",
        "0.0.0.0:54001",
        "127.0.0.1.evil.example",
        "localhost.",
        "10.0.0.5",
        "127.999.1.1",
        "ll",
        "127.1",
        "2130706433",
        "[::]",
        "[::ffff:127.0.0.1]",
        "xn--localhost-xyz",
        "localhost-evil"
      })
  void otherNamesAreMisdirected(String host) throws IOException {
    int before = gateway.jobs.calls().size();
    for (String path :
        List.of("/api/v1/jobs", "/api/v1/health", "/openapi.json", "/docs", "/nothing")) {
      assertRefused(send("GET", path, host, "", new byte[0]), 421, "host_not_allowed");
    }
    assertRefused(
        post(host, "Origin: http://" + host + "\r\nSec-Fetch-Site: same-origin\r\n"),
        421,
        "host_not_allowed");
    assertThat(gateway.jobs.calls()).hasSize(before);
  }

  @ParameterizedTest
  @ValueSource(strings = {"null", "", "https://evil.example", "http://localhost:1", "evil", "://"})
  void socketsOpenForNoOtherPage(String origin) {
    URI socket = gateway.uri("/api/v1/realtime");
    assertThatThrownBy(() -> SocketClient.ofPage(socket, null, origin))
        .isInstanceOfSatisfying(Refused.class, e -> assertThat(e.status()).isEqualTo(403));
  }

  @Test
  void socketsOpenForOurOwnPagesAndForPrograms() {
    URI socket = gateway.uri("/api/v1/realtime");
    SocketClient.ofPage(socket, null, "http://127.0.0.1:" + gateway.port()).close();
    SocketClient.open(socket, null).close();
  }
}
