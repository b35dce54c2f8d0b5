package io.mirrorneuron.gateway.call;

import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.security.Auth;
import io.mirrorneuron.security.Auth.Principal;
import io.mirrorneuron.security.Auth.Role;
import io.mirrorneuron.testing.GatewayFixture;
import io.mirrorneuron.testing.RawHttp;
import io.mirrorneuron.testing.RawHttp.Answer;
import io.vertx.core.Future;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** However a path is written: the operation whose role is checked is the operation that runs. */
class PathSpellingsIT {
  private static final Auth VIEWERS =
      authorization ->
          "Bearer viewer".equals(authorization)
              ? Future.succeededFuture(Principal.unnamed(Role.VIEWER))
              : Auth.NOBODY_ENTERS.authenticate(authorization);

  @TempDir static Path folder;
  private static GatewayFixture gateway;

  @BeforeAll
  static void start() throws Exception {
    gateway = GatewayFixture.asking(folder, VIEWERS);
  }

  @AfterAll
  static void stop() {
    gateway.close();
  }

  /** Of {@code POST /jobs/cleanup}, which only administrators may do. */
  static Stream<String> spellings() {
    return Stream.of(
        "/api/v1/jobs/cleanup",
        "/api/v1/jobs:cleanup",
        "/api/v1/jobs%3Acleanup",
        "/api/v1/jobs%3acleanup",
        "/api/v1/jobs/cleanup/",
        "/api/v1/jobs/cleanup//",
        "/api/v1//jobs/cleanup",
        "//api/v1/jobs/cleanup",
        "/api/v1/jobs//cleanup",
        "/api/v1/./jobs/cleanup",
        "/api/v1/jobs/./cleanup",
        "/api/v1/jobs/x/../cleanup",
        "/api/v1/health/../jobs/cleanup",
        "/api/v1/health/..%2fjobs/cleanup",
        "/api/v1/health/%2e%2e/jobs/cleanup",
        "/api/v1/health/%2E./jobs/cleanup",
        "/api/v1/health/.%2e/jobs/cleanup",
        "/api/v1/health%2f..%2fjobs/cleanup",
        "/api/v1/health%2f%2e%2e%2fjobs%2fcleanup",
        "/api/v1/jobs/cleanup/.",
        "/api/v1/jobs/cleanup/..",
        "/api/v1/jobs/cleanup/%2e",
        "/api/v1/jobs/cleanup;a=b",
        "/api/v1/jobs;a=b/cleanup",
        "/api/v1;/jobs/cleanup",
        "/api/v1/jobs/cleanup;/api/v1/health",
        "/api/v1/jobs/cleanup/health",
        "/api/v1/jobs/cleanup/openapi.json",
        "/api/v1/jobs/cleanup.json",
        "/api/v1/jobs/cleanup%00",
        "/api/v1/jobs/cleanup%20",
        "/api/v1/jobs/cleanup%0a",
        "/api/v1/jobs/cleanup%23",
        "/api/v1/jobs/cleanup%3f",
        "/api/v1/jobs/cleanup?",
        "/api/v1/jobs/cleanup?x=/api/v1/health",
        "/api/v1/jobs/cleanup#/api/v1/health",
        "/api/v1/jobs%2fcleanup",
        "/api/v1/jobs%2Fcleanup",
        "/api/v1%2fjobs/cleanup",
        "/api/v1/jobs%5ccleanup",
        "/api/v1/jobs\\cleanup",
        "/api/v1\\jobs\\cleanup",
        "/API/V1/JOBS/CLEANUP",
        "/api/v1/Jobs/cleanup",
        "/api/v1/jobs/Cleanup",
        "/api/v1/%6aobs/cleanup",
        "/api/v1/jobs/%63leanup",
        "/%61pi/v1/jobs/cleanup",
        "/api/v1/jobs/%2563leanup",
        "/api/v1/jobs/cleanu%u0070",
        "/api/v1/jobs/cleanup%c0%af",
        "/api/v1/jobs/%ef%bd%83leanup",
        "/docs/../api/v1/jobs/cleanup",
        "/docs/%2e%2e/api/v1/jobs/cleanup",
        "/openapi.json/../api/v1/jobs/cleanup",
        "http://localhost/api/v1/jobs/cleanup",
        "HTTP://localhost/api/v1/jobs/cleanup",
        "api/v1/jobs/cleanup",
        "*",
        "/");
  }

  @ParameterizedTest
  @MethodSource("spellings")
  void noSpellingPassesACheckThatThePlainOneFails(String path) throws IOException {
    for (String method : List.of("POST", "post", "PUT", "PATCH", "DELETE", "TRACE", "CLEANUP")) {
      assertRefused(send(method, path, ""), method);
      assertRefused(send(method, path, "Authorization: Bearer viewer\r\n"), method);
      assertRefused(
          send(
              method,
              path,
              "Authorization: Bearer viewer\r\nX-HTTP-Method-Override: GET\r\n"
                  + "X-Original-URL: /api/v1/health\r\nX-Rewrite-URL: /api/v1/health\r\n"),
          method);
    }
    // What a viewer may read has no such effect either, however it is spelt.
    send("GET", path, "Authorization: Bearer viewer\r\nX-HTTP-Method-Override: POST\r\n");
    assertThat(gateway.jobs.calls()).noneMatch(call -> call.startsWith("clear"));
  }

  private static void assertRefused(Answer answer, String method) {
    assertThat(answer.status()).as(method + " " + answer.body()).isBetween(400, 405);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/api/v1/runs/../human",
        "/api/v1/runs/%2e%2e/human",
        "/api/v1/runs/%2E%2E/human",
        "/api/v1/runs/./human",
        "/api/v1/jobs/..",
        "/api/v1/jobs/.",
        "/api/v1/jobs/%2e",
        "/api/v1/runs/../artifacts/x",
        "/api/v1/runs/%2e%2e/artifacts/x",
        "/api/v1//human",
        "/api/v1/runs//human"
      })
  void noPathIsReadAsAnother(String path) throws IOException {
    assertThat(send("GET", path, "Authorization: Bearer viewer\r\n").status()).isEqualTo(404);
  }

  @ParameterizedTest
  @ValueSource(strings = {"%ff", "%FE", "%c0%80", "%ed%a0%80", "a%80b"})
  void whatIsNoUtf8IsNoName(String name) throws IOException {
    Answer answer = send("GET", "/api/v1/jobs/" + name, "Authorization: Bearer viewer\r\n");
    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.body()).contains("the path has %-escapes that are no UTF-8");
  }

  @Test
  void thePlainPathsAreServed() throws IOException {
    String viewer = "Authorization: Bearer viewer\r\n";
    assertThat(send("GET", "/api/v1/human", viewer).status()).isEqualTo(200);
    assertThat(send("GET", "/api/v1/%68uman", viewer).status()).isEqualTo(200);
    assertThat(send("GET", "/api/v1/human/", viewer).status()).isEqualTo(200);
    assertThat(send("GET", "/api/v1/human", "").status()).isEqualTo(401);
  }

  private static Answer send(String method, String path, String headers) throws IOException {
    return RawHttp.exchange(
        gateway.port(),
        method
            + " "
            + path
            + " HTTP/1.1\r\nHost: localhost\r\n"
            + headers
            + "Content-Length: 0\r\nConnection: close\r\n\r\n",
        new byte[0]);
  }
}
