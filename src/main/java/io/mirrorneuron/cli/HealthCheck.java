package io.mirrorneuron.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
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
import java.util.List;
import java.util.Optional;

/** Asks each door of a server whether it serves. */
final class HealthCheck {
  /** What the API takes at most, in seconds. */
  private static final double LONGEST_PROBE = 60;

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
   * error?}]}} with the status words {@code passing}, {@code warning} and {@code critical}. Redis
   * is a component when the API serves and tells of it.
   */
  ObjectNode report(MirrorNeuron mn) throws InterruptedException {
    ObjectNode core = check("core_grpc", config.grpc().target(), () -> core(mn));
    ObjectNode api = check("api", config.api().baseUrl(), this::api);
    ArrayNode components = Json.MAPPER.createArrayNode().add(core).add(api);
    if (api.has("detail")) {
      redis().ifPresent(components::add);
    }
    ObjectNode report = Json.object();
    report.put("overall", overall(components));
    report.put("checked_at", Json.timestamp(clock.instant()));
    report.set("components", components);
    return report;
  }

  private static String overall(ArrayNode components) {
    List<String> states =
        Json.elements(components).map(component -> component.path("status").asText()).toList();
    return states.contains("critical")
        ? "critical"
        : states.contains("warning") ? "warning" : "passing";
  }

  /**
   * As the server sees it. An API that wants another token does not tell, which is said; of an
   * older one nothing is.
   */
  private Optional<JsonNode> redis() throws InterruptedException {
    try {
      HttpResponse<String> answer =
          get("/runtime/status?timeout=" + Math.min(LONGEST_PROBE, timeout.toMillis() / 1000.0));
      if (answer.statusCode() == 401 || answer.statusCode() == 403) {
        return Optional.of(
            Json.object()
                .put("name", "redis")
                .put("status", "warning")
                .put("target", config.api().baseUrl())
                .put("error", "not known: the API wants a token, set MN_API_TOKEN to a good one"));
      }
      return Json.elements(Json.parse(answer.body()).path("components"))
          .filter(component -> component.path("name").asText().equals("redis"))
          .findFirst();
    } catch (IOException | MnException | IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private HttpResponse<String> get(String path) throws IOException, InterruptedException {
    try (HttpClient http = HttpClient.newBuilder().connectTimeout(timeout).build()) {
      HttpRequest.Builder request =
          HttpRequest.newBuilder(URI.create(config.api().baseUrl() + path)).timeout(timeout);
      if (config.api().token().isSet()) {
        request.header("Authorization", "Bearer " + config.api().token().value());
      }
      return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }
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
    HttpResponse<String> answer = get("/health");
    JsonNode body = Json.parse(answer.body());
    if (answer.statusCode() != 200 || !body.path("status").asText("ok").equals("ok")) {
      throw new IOException("answered " + answer.statusCode() + ": " + answer.body());
    }
    HttpResponse<String> ready = get("/health/ready");
    if (ready.statusCode() == 503) { // others, such as the original's, do not know the question
      throw new IOException(Json.parse(ready.body()).path("detail").asText());
    }
    return body;
  }
}
