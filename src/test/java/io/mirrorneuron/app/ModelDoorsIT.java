package io.mirrorneuron.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.mirrorneuron.models.FakeFault;
import io.mirrorneuron.models.FakeFault.Door;
import io.mirrorneuron.testing.Eventually;
import io.mirrorneuron.testing.FakeRunner;
import io.mirrorneuron.wire.Json;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Models over the API of a whole server: paths with slashes, statuses, and clients that leave. */
@Timeout(90)
class ModelDoorsIT {
  private static final String MODEL = "ai/smollm2:360M-Q4_K_M";

  @TempDir Path folder;
  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private FakeRunner runner;
  private WholeServer server;

  @BeforeEach
  void start() {
    runner = FakeRunner.with(MODEL, 10_000);
    server =
        WholeServer.start(folder.resolve("home"), Map.of("model.runner_api_base", runner.root()));
  }

  @AfterEach
  void stop() {
    server.close();
    runner.close();
    http.close();
  }

  private HttpResponse<String> ask(String method, String path, String body)
      throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(server.uri(path)).header("Content-Type", "application/json");
    return http.send(
        request
            .method(method, body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body))
            .build(),
        BodyHandlers.ofString());
  }

  private JsonNode json(int status, String method, String path, String body) throws Exception {
    HttpResponse<String> answer = ask(method, path, body);
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
    return Json.parse(answer.body());
  }

  private void install() throws Exception {
    assertThat(json(200, "POST", "/models/smollm2/install", null).get("status").asText())
        .isEqualTo("installing");
    Eventually.eventually(
        "the model is there",
        () -> {
          try {
            return json(200, "GET", "/models", null).get("models").size() == 1;
          } catch (Exception e) {
            throw new AssertionError(e);
          }
        });
  }

  @Test
  void aModelGoesItsWholeWay() throws Exception {
    assertThat(json(200, "GET", "/models", null).get("models")).isEmpty();
    assertThat(json(200, "GET", "/models?installed_only=false", null).get("models"))
        .hasSizeGreaterThan(3)
        .isEqualTo(json(200, "GET", "/models/catalog", null).get("models"));
    assertThat(json(200, "GET", "/models/remotes", null).get("remotes")).isEmpty();
    assertThat(json(404, "POST", "/models/smollm2/benchmark", "{}").get("detail").asText())
        .isEqualTo("smollm2 is not installed");
    install();
    for (String id : new String[] {"ai/smollm2:360M-Q4_K_M", "ai%2Fsmollm2%3A360M-Q4_K_M"}) {
      JsonNode model = json(200, "GET", "/models/" + id, null);
      assertThat(model.get("id").asText()).isEqualTo("smollm2:360m");
      assertThat(model.get("manual").asBoolean()).isTrue();
      assertThat(model.get("install").get("pulled_bytes").asLong()).isEqualTo(10_000);
      JsonNode health = json(200, "GET", "/models/" + id + "/doctor", null);
      assertThat(health.get("ok").asBoolean()).as("%s", health).isTrue();
      JsonNode measured =
          json(200, "POST", "/models/" + id + "/benchmark", "{\"max_tokens\":\"many\"}");
      assertThat(measured.get("tokens_per_second").asDouble()).isPositive();
      assertThat(measured.get("estimated").asBoolean()).isFalse();
    }
    assertThat(json(200, "POST", "/models:update", null).get("models")).hasSize(1);
    Eventually.eventually("it was pulled again", () -> runner.asked(Door.PULL) == 2);
    Eventually.eventually("it can be removed", () -> status("DELETE", "/models/smollm2") == 200);
    assertThat(status("DELETE", "/models/smollm2")).isEqualTo(404);
    assertThat(status("POST", "/models/nobody/knows/install")).isEqualTo(404);
    assertThat(status("POST", "/models/%20/benchmark")).isEqualTo(400);
    assertThat(status("GET", "/models/a/..%2f..%2fb")).isEqualTo(404);
  }

  private int status(String method, String path) {
    try {
      return ask(method, path, null).statusCode();
    } catch (IOException | InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void aRunnerThatFailsIsABadGatewayAndNoTokensAreAskedForAfterTheClientLeft() throws Exception {
    install();
    runner.behave(Door.CHAT, FakeFault.ERROR);
    JsonNode problem = json(502, "POST", "/models/smollm2/benchmark", "{\"max_tokens\":1}");
    assertThat(problem.get("detail").asText())
        .isEqualTo(
            "Docker Model Runner benchmark failed: it answered with status 500: the engine has"
                + " crashed");
    assertThat(problem.get("error").asText()).isEqualTo("model_runner_failed");

    runner.behave(Door.CHAT, FakeFault.STALL);
    var leaving =
        http.sendAsync(
            HttpRequest.newBuilder(server.uri("/models/smollm2/benchmark"))
                .timeout(Duration.ofSeconds(60))
                .POST(BodyPublishers.noBody())
                .build(),
            BodyHandlers.ofString());
    Eventually.eventually("it is asked", () -> runner.stalled() == 1);
    leaving.cancel(true);
    Eventually.eventually("nobody listens to it", () -> runner.stalled() == 0);
  }
}
