package io.mirrorneuron.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.config.JwtSettings;
import io.mirrorneuron.config.JwtSettings.JwtAlgorithm;
import io.mirrorneuron.security.Auth.Role;
import io.mirrorneuron.testing.GatewayFixture;
import io.mirrorneuron.testing.SocketClient;
import io.mirrorneuron.testing.Tokens;
import io.mirrorneuron.testing.TurnedClock;
import io.mirrorneuron.wire.Json;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a token opens at the HTTP door, and for how long. */
@Timeout(60)
class JwtDoorIT {
  private static final Instant NOW = GatewayFixture.NOW;
  private static final Tokens ISSUER = Tokens.of(JwtAlgorithm.ES256, "k1");

  private final TurnedClock clock = new TurnedClock(NOW);
  @TempDir Path folder;
  private GatewayFixture gateway;
  private String job;

  @BeforeEach
  void start() throws Exception {
    JwtSettings jwt = ISSUER.byFile(folder.resolve("key.pem"));
    gateway = GatewayFixture.believing(folder, jwt, clock);
    var submitted = gateway.post("/api/v1/jobs", "{\"manifest_json\":{\"graph_id\":\"g\"}}");
    job = Json.parseObject(submitted.body(), "job").path("id").asText();
  }

  @AfterEach
  void stop() {
    gateway.close();
  }

  private HttpRequest.Builder request(String path, String token) {
    return HttpRequest.newBuilder(gateway.uri(path))
        .timeout(Duration.ofSeconds(20))
        .header("Authorization", "Bearer " + token);
  }

  private HttpResponse<String> get(String path, String token) throws Exception {
    return gateway.send(request(path, token).build());
  }

  private HttpResponse<String> submit(String token) throws Exception {
    return post("/api/v1/jobs", "{\"manifest_json\":{\"graph_id\":\"g\"}}", token);
  }

  private HttpResponse<String> post(String path, String body, String token) throws Exception {
    return gateway.send(
        request(path, token)
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body))
            .build());
  }

  private String token(Role role) {
    return ISSUER.of("anna", role, clock.instant());
  }

  @Test
  void eachRoleReachesWhatItShould() throws Exception {
    for (Role role : Role.values()) {
      assertThat(get("/api/v1/jobs", token(role)).statusCode()).isEqualTo(200);
      assertThat(submit(token(role)).statusCode()).isEqualTo(role == Role.VIEWER ? 403 : 200);
      assertThat(post("/api/v1/jobs/cleanup", "", token(role)).statusCode())
          .isEqualTo(role == Role.ADMIN ? 200 : 403);
    }
    assertThat(submit(token(Role.VIEWER)).body())
        .contains("needs the role operator; the token gives the role viewer");
    assertThat(gateway.get("/api/v1/jobs").statusCode()).isEqualTo(200); // the static token
  }

  @Test
  void aTokenThatWasKnownIsRefusedOnceItHasExpired() throws Exception {
    String token = token(Role.VIEWER);
    assertThat(get("/api/v1/jobs", token).statusCode()).isEqualTo(200);
    clock.turn(Duration.ofSeconds(329)); // it counts for 300 s, and clocks may differ by 30 s
    assertThat(get("/api/v1/jobs", token).statusCode()).isEqualTo(200);
    clock.turn(Duration.ofSeconds(1));
    var refused = get("/api/v1/jobs", token);
    assertThat(refused.statusCode()).isEqualTo(401);
    assertThat(Json.parseObject(refused.body(), "problem").path("error").asText())
        .isEqualTo("token_expired");
  }

  @Test
  void theLargestTokenPassesTheDoor() throws Exception {
    ObjectNode claims = Tokens.claims("anna", Role.VIEWER, NOW).put("more", "");
    int left = (8192 - ISSUER.sign(ISSUER.header(), claims).length()) * 3 / 4 - 3;
    String largest = ISSUER.sign(ISSUER.header(), claims.put("more", "x".repeat(left)));
    assertThat(largest.length()).isBetween(8180, 8192);
    assertThat(get("/api/v1/jobs", largest).statusCode()).isEqualTo(200);
    try (HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_2).build()) {
      HttpRequest request = request("/api/v1/jobs", largest).build();
      http.send(request, HttpResponse.BodyHandlers.ofString()); // asks for the newer protocol
      var newer = http.send(request, HttpResponse.BodyHandlers.ofString());
      assertThat(newer.version()).isEqualTo(HttpClient.Version.HTTP_2);
      assertThat(newer.statusCode()).isEqualTo(200);
    }
    String larger = ISSUER.sign(ISSUER.header(), claims.put("more", "x".repeat(left + 12)));
    var refused = get("/api/v1/jobs", larger);
    assertThat(refused.statusCode()).isEqualTo(401);
    assertThat(refused.body()).contains("longer than 8192 characters");
  }

  /** With the leeway of 30 s it is good for one more second of the clock, and of ours. */
  private String ending() {
    ObjectNode claims = Tokens.claims("anna", Role.VIEWER, NOW);
    return ISSUER.sign(ISSUER.header(), claims.put("exp", NOW.getEpochSecond() - 29));
  }

  @Test
  void eventsBreakOffWithTheirToken() throws Exception {
    var longer = follow(token(Role.VIEWER));
    String events = follow(ending()).get(20, TimeUnit.SECONDS).body();
    assertThat(events)
        .contains("\"seq\":4")
        .doesNotContain("event: end")
        .endsWith(
            "\n\nevent: error\ndata: {\"error\":\"token_expired\","
                + "\"detail\":\"the token has expired; send a newer one\"}\n\n");
    assertThat(longer).isNotDone();
    gateway.jobs.finish(job, "completed");
    assertThat(longer.get(20, TimeUnit.SECONDS).body()).contains("event: end");
  }

  private CompletableFuture<HttpResponse<String>> follow(String token) {
    return gateway.http.sendAsync(
        request("/api/v1/jobs/" + job + "/events", token)
            .header("Accept", "text/event-stream")
            .build(),
        HttpResponse.BodyHandlers.ofString());
  }

  @Test
  void socketsCloseWithTheirToken() {
    String path = "/api/v1/jobs/" + job + "/events/ws";
    try (SocketClient byHeader = SocketClient.open(gateway.uri(path), ending());
        SocketClient byQuery = SocketClient.open(gateway.uri(path + "?token=" + ending()), null);
        SocketClient realtime = SocketClient.open(gateway.uri("/api/v1/realtime"), ending());
        SocketClient longer = SocketClient.open(gateway.uri(path), token(Role.VIEWER))) {
      assertThat(byHeader.closeCode()).isEqualTo(1008);
      assertThat(byQuery.closeCode()).isEqualTo(1008);
      assertThat(realtime.closeCode()).isEqualTo(1008);
      assertThat(longer.ping("still there?")).isEqualTo("still there?");
    }
  }

  @Test
  void socketsAreNotOpenedByOtherTokens() {
    String path = "/api/v1/jobs/" + job + "/events/ws";
    String expired =
        ISSUER.sign(
            ISSUER.header(),
            Tokens.claims("anna", Role.ADMIN, NOW).put("exp", NOW.getEpochSecond() - 60));
    for (String query : new String[] {"", "?token=", "?token=" + expired, "?token=a.b.c"}) {
      assertThatThrownBy(() -> SocketClient.open(gateway.uri(path + query), null))
          .as(query)
          .hasMessage("refused with 401");
    }
  }
}
