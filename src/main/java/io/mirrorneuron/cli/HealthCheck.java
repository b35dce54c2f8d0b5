package io.mirrorneuron.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.mirrorneuron.MirrorNeuron;
import io.mirrorneuron.config.Config;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.wire.Json;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Clock;
import java.time.Duration;

/** Asks each door of a server whether it serves. */
final class HealthCheck {
  private final Config config;
  private final Duration timeout;
  private final Clock clock;

  /**
   * @param timeout of each question
   */
  HealthCheck(Config config, Duration timeout, Clock clock) {
    this.config = config;
    this.timeout = timeout;
    this.clock = clock;
  }

  /**
   * {@code {overall, checked_at, components: [{name, status, target, duration_ms, detail?,
   * error?}]}} with the status words {@code passing} and {@code critical}.
   */
  ObjectNode report(MirrorNeuron mn) throws InterruptedException {
    ObjectNode core = check("core_grpc", config.grpc().target(), () -> core(mn));
    ObjectNode api = check("api", config.api().baseUrl(), this::api);
    boolean passing = core.has("detail") && api.has("detail");
    ObjectNode report = Json.object();
    report.put("overall", passing ? "passing" : "critical");
    report.put("checked_at", Json.timestamp(clock.instant()));
    report.putArray("components").add(core).add(api);
    return report;
  }

  private interface Question {
    /** The detail of a good answer. */
    JsonNode ask() throws IOException, InterruptedException;
  }

  private static ObjectNode check(String name, String target, Question question)
      throws InterruptedException {
    ObjectNode component = Json.object().put("name", name);
    long begin = System.nanoTime();
    JsonNode detail = null;
    String error = null;
    try {
      detail = question.ask();
    } catch (IOException | MnException | IllegalArgumentException e) {
      error = e.getMessage() == null ? "cannot be reached" : e.getMessage();
    }
    component.put("status", error == null ? "passing" : "critical").put("target", target);
    component.put("duration_ms", (System.nanoTime() - begin) / 1_000_000);
    return error == null ? component.set("detail", detail) : component.put("error", error);
  }

  private static JsonNode core(MirrorNeuron mn) {
    mn.clusterOverview();
    return TextNode.valueOf("system summary ok");
  }

  private JsonNode api() throws IOException, InterruptedException {
    try (HttpClient http = HttpClient.newBuilder().connectTimeout(timeout).build()) {
      HttpRequest request =
          HttpRequest.newBuilder(URI.create(config.api().baseUrl() + "/health"))
              .timeout(timeout)
              .build();
      HttpResponse<String> answer = http.send(request, HttpResponse.BodyHandlers.ofString());
      JsonNode body = Json.parse(answer.body());
      if (answer.statusCode() != 200 || !body.path("status").asText("ok").equals("ok")) {
        throw new IOException("answered " + answer.statusCode() + ": " + answer.body());
      }
      return body;
    }
  }
}
