package io.mirrorneuron.gateway.stream;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.mirrorneuron.security.Auth;
import io.mirrorneuron.security.Auth.Principal;
import io.mirrorneuron.security.Auth.Role;
import io.mirrorneuron.testing.GatewayFixture;
import io.mirrorneuron.testing.RunFiles;
import io.mirrorneuron.testing.SocketClient;
import io.mirrorneuron.testing.WithGuardedGateway;
import io.mirrorneuron.wire.Json;
import io.vertx.core.Future;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a browser asks for a run, which sets no header, and comes back by itself. */
@Timeout(60)
class StreamTokenIT extends WithGuardedGateway {
  private String token;

  @BeforeEach
  void layRun() throws Exception {
    RunFiles.write(folder.resolve("runs/r1"));
    RunFiles.write(folder.resolve("runs/r2"));
    HttpResponse<String> made = issue("r1");
    assertThat(made.statusCode()).as(made.body()).isEqualTo(200);
    JsonNode answer = Json.parse(made.body());
    assertThat(answer.path("run_id").asText()).isEqualTo("r1");
    assertThat(answer.path("expires_at").asText()).isEqualTo("2026-01-02T03:09:05.000Z");
    token = answer.path("token").asText();
  }

  private HttpResponse<String> issue(String run) throws Exception {
    return gateway.send(
        gateway
            .request("/api/v1/runs/" + run + "/stream-token")
            .POST(HttpRequest.BodyPublishers.noBody())
            .build());
  }

  private HttpResponse<String> browse(String path, String lastId) throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(gateway.uri("/api/v1" + path)).header("Accept", "text/event-stream");
    if (lastId != null) {
      request.header("Last-Event-ID", lastId);
    }
    return gateway.send(request.build());
  }

  private static String lastId(HttpResponse<String> stream) {
    List<String> ids = stream.body().lines().filter(line -> line.startsWith("id: ")).toList();
    return ids.getLast().substring("id: ".length());
  }

  @ParameterizedTest
  @ValueSource(strings = {"/runs/r1/stream", "/runs/r1/resources/stream"})
  void aBrowserFollowsARunAndIsToldToComeNoMore(String path) throws Exception {
    HttpResponse<String> stream = browse(path + "?token=" + token, null);
    assertThat(stream.statusCode()).as(stream.body()).isEqualTo(200);
    assertThat(stream.body()).contains("event: end");

    HttpResponse<String> again = browse(path + "?token=" + token, lastId(stream));
    assertThat(again.statusCode()).isEqualTo(204);
    assertThat(again.body()).isEmpty();
  }

  @Test
  void theEndOfAStreamWithoutRecordsHasAnId() throws Exception {
    String path = "/runs/r1/stream?channels=human&token=" + token;
    HttpResponse<String> stream = browse(path, null);
    assertThat(stream.body()).contains("event: end");
    assertThat(browse(path, lastId(stream)).statusCode()).isEqualTo(204);
  }

  @Test
  void whoIsBackBeforeTheEndGetsTheRest() throws Exception {
    HttpResponse<String> stream = browse("/runs/r1/stream?token=" + token, "0");
    assertThat(stream.statusCode()).isEqualTo(200);
    assertThat(stream.body()).contains("event: events");
  }

  @Test
  void itIsGoodForNothingElse() throws Exception {
    for (String path :
        List.of(
            "/runs/r2/stream", "/runs/r1/result", "/runs/r1", "/runs/stream", "/jobs", "/runs")) {
      HttpResponse<String> refused = browse(path + "?token=" + token, null);
      assertThat(refused.statusCode()).as(path + refused.body()).isEqualTo(401);
    }
    HttpRequest.Builder another =
        HttpRequest.newBuilder(gateway.uri("/api/v1/runs/r1/stream-token"))
            .header("Authorization", "Bearer " + token)
            .POST(HttpRequest.BodyPublishers.noBody());
    assertThat(gateway.send(another.build()).statusCode()).isEqualTo(401);
  }

  @Test
  void noOtherTokenStandsInAnAddressOfAStream() throws Exception {
    HttpResponse<String> refused = browse("/runs/r1/stream?token=t0ken", null);
    assertThat(refused.statusCode()).isEqualTo(401);
    assertThat(refused.body()).contains("/stream-token", "Authorization");
    assertThat(browse("/runs/r1/stream?token=" + token + "x", null).statusCode()).isEqualTo(401);
  }

  @Test
  void socketsOfTheRunTakeIt() throws Exception {
    try (SocketClient socket = SocketClient.open(gateway.uri(ws("r1")), null)) {
      assertThat(socket.next().path("event").asText()).isEqualTo("events");
    }
    HttpResponse<String> refused =
        gateway.send(HttpRequest.newBuilder(gateway.uri(ws("r2"))).build());
    assertThat(refused.statusCode()).isEqualTo(401);
  }

  private String ws(String run) {
    return "/api/v1/runs/" + run + "/stream/ws?token=" + token;
  }

  @Test
  void thereIsNoneOfARunThatIsNotThere() throws Exception {
    assertThat(issue("nope").statusCode()).isEqualTo(404);
    assertThat(issue("-").statusCode()).isEqualTo(400);
    HttpResponse<String> anonymous =
        gateway.send(
            HttpRequest.newBuilder(gateway.uri("/api/v1/runs/r1/stream-token"))
                .POST(HttpRequest.BodyPublishers.noBody())
                .build());
    assertThat(anonymous.statusCode()).isEqualTo(401);
  }

  /** The clock of a gateway stands still here, but its timers do not. */
  @Test
  void anOpenStreamEndsWithIt() throws Exception {
    Principal brief = new Principal("anna", Role.VIEWER, GatewayFixture.NOW.plusSeconds(2));
    Auth auth =
        header ->
            header == null ? Auth.NOBODY_ENTERS.authenticate(null) : Future.succeededFuture(brief);
    Path other = folder.resolve("other");
    RunFiles.write(other.resolve("runs/r1"), "run.json", "{\"run_id\":\"r1\"}");
    try (GatewayFixture open = GatewayFixture.asking(other, auth)) {
      String made = open.post("/api/v1/runs/r1/stream-token", "").body();
      String address = "/api/v1/runs/r1/stream?token=" + Json.parse(made).path("token").asText();
      HttpResponse<String> stream = open.send(HttpRequest.newBuilder(open.uri(address)).build());

      assertThat(stream.statusCode()).isEqualTo(200);
      assertThat(stream.body()).doesNotContain("event: end");
    }
  }
}
