package io.mirrorneuron.gateway.call;

import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.security.Auth.Role;
import io.mirrorneuron.testing.GatewayFixture;
import io.mirrorneuron.testing.PublishedContract;
import io.mirrorneuron.testing.PublishedContract.Operation;
import io.mirrorneuron.testing.SocketClient;
import io.mirrorneuron.testing.SocketClient.Refused;
import io.mirrorneuron.testing.Tokens;
import io.mirrorneuron.wire.Json;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Every operation of the contract, plain, as a stream and as a socket, with no token, with wrong
 * ones, with a JWT of each role and with the static token.
 */
class RolesIT {
  private static final List<String> WRONG = List.of("", "wrong", "Bearer", "a.b.c");

  @TempDir static Path folder;
  private static GatewayFixture gateway;
  private static Tokens issuer;

  @BeforeAll
  static void start() throws Exception {
    issuer = Tokens.usual();
    gateway =
        GatewayFixture.believing(
            folder,
            issuer.byFile(folder.resolve("key")),
            Clock.fixed(GatewayFixture.NOW, ZoneOffset.UTC));
  }

  @AfterAll
  static void stop() {
    gateway.close();
  }

  static Stream<Operation> operations() {
    return PublishedContract.read().operations().stream()
        .filter(operation -> !operation.isPublic() && !operation.isSocket());
  }

  static Stream<Operation> sockets() {
    return PublishedContract.read().operations().stream().filter(Operation::isSocket);
  }

  @ParameterizedTest
  @MethodSource("operations")
  void theRoleDecides(Operation operation) throws Exception {
    for (String accept : List.of("application/json", "text/event-stream")) {
      int before = gateway.jobs.calls().size();
      assertThat(error(ask(operation, accept, null))).isEqualTo("unauthenticated");
      for (String token : WRONG) {
        assertThat(error(ask(operation, accept, token))).isEqualTo("unauthenticated");
      }
      for (Role role : Role.values()) {
        if (!role.reaches(needed(operation))) {
          Answer answer = ask(operation, accept, token(role));
          assertThat(answer.status()).as(role.word()).isEqualTo(403);
          assertThat(error(answer)).isEqualTo("forbidden");
        }
      }
      assertThat(gateway.jobs.calls()).as("nothing was asked of the runtime").hasSize(before);
      for (Role role : Role.values()) {
        if (role.reaches(needed(operation))) {
          assertThat(ask(operation, accept, token(role)).status())
              .as(role.word())
              .isNotIn(401, 403);
        }
      }
      assertThat(ask(operation, accept, GatewayFixture.TOKEN).status()).isNotIn(401, 403);
    }
  }

  @ParameterizedTest
  @MethodSource("sockets")
  void socketsAskForTheRoleToo(Operation operation) {
    URI uri = gateway.uri(path(operation));
    assertThat(refusal(uri, null)).isEqualTo(401);
    for (String token : WRONG) {
      assertThat(refusal(uri, token)).as(token).isEqualTo(401);
    }
    for (Role role : Role.values()) {
      assertThat(refusal(uri, token(role))).as(role.word()).isNotIn(401, 403);
      assertThat(refusal(URI.create(uri + "?token=" + token(role)), null)).isNotIn(401, 403);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"/docs", "/openapi.json", "/schemas/manifest.json", "/api/v1/health"})
  void whatIsForEverybodyIsNothingElse(String path) throws Exception {
    assertThat(gateway.send(HttpRequest.newBuilder(gateway.uri(path)).build()).statusCode())
        .isEqualTo(200);
  }

  @Test
  void onlyHealthAndHooksArePublic() {
    assertThat(
            PublishedContract.read().operations().stream()
                .filter(Operation::isPublic)
                .map(Operation::id))
        .containsExactlyInAnyOrder("getHealth", "getReadiness", "receiveHook");
  }

  private static Role needed(Operation operation) {
    return Role.of(operation.declared().getString("x-mn-role"));
  }

  private static String token(Role role) {
    return issuer.of("somebody", role, GatewayFixture.NOW);
  }

  private static String path(Operation operation) {
    return "/api/v1" + operation.path().replaceAll("\\{\\w+}", "1");
  }

  /** Without the parameters and bodies that the operation may need: roles come before. */
  private static Answer ask(Operation operation, String accept, String token) throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(gateway.uri(path(operation)))
            .method(operation.method(), BodyPublishers.ofString("{}"))
            .header("Content-Type", "application/json")
            .header("Accept", accept);
    if (token != null) {
      request.header("Authorization", "Bearer " + token);
    }
    HttpResponse<InputStream> answer =
        gateway.http.send(
            request.timeout(Duration.ofSeconds(20)).build(), BodyHandlers.ofInputStream());
    boolean stream =
        answer.headers().firstValue("Content-Type").orElse("").startsWith("text/event-stream");
    try (InputStream body = answer.body()) { // a stream is left at once
      return new Answer(
          answer.statusCode(),
          stream ? "" : new String(body.readAllBytes(), StandardCharsets.UTF_8));
    }
  }

  private record Answer(int status, String body) {}

  private static String error(Answer answer) {
    return Json.parseObject(answer.body(), "problem").path("error").asText();
  }

  /** 101 when the socket was opened. */
  private static int refusal(URI uri, String token) {
    try (SocketClient _ = SocketClient.open(uri, token)) {
      return 101;
    } catch (Refused refused) {
      return refused.status();
    }
  }
}
