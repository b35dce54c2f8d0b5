package io.mirrorneuron.cli.runtime;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.mirrorneuron.MirrorNeuron;
import io.mirrorneuron.cli.runtime.HealthCommand.HealthReport;
import io.mirrorneuron.cli.runtime.HealthCommand.HealthReport.Component;
import io.mirrorneuron.config.Config;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.wire.Json;
import io.mirrorneuron.wire.LenientJson;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Checks the health of each endpoint of a server. */
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

  /** Redis is a component when the API serves and tells of it. */
  HealthReport report(MirrorNeuron mn) throws InterruptedException {
    List<Component> components = new ArrayList<>();
    components.add(check("core_grpc", config.grpc().target(), () -> core(mn)));
    Component api = check("api", config.api().baseUrl(), this::api);
    components.add(api);
    if (api.isPassing()) {
      confinement(api).ifPresent(components::add);
      redis().ifPresent(components::add);
    }
    return HealthReport.of(Json.timestamp(clock.instant()), components);
  }

  /** What of the API's health is about programs. */
  private record Programs(Confinement confinement) {
    record Confinement(String mode, String state, String reason, List<String> closedFolders) {

      String words() {
        String words = state.equals("on") ? "programs are confined" : state + ": " + reason;
        return closedFolders == null || closedFolders.isEmpty()
            ? words
            : words + "; they may not use " + String.join(" and ", closedFolders);
      }
    }
  }

  /** Empty for an older server, and for one whose programs run elsewhere. */
  private static Optional<Component> confinement(Component api) {
    Programs.Confinement reported = LenientJson.read(api.detail(), Programs.class).confinement();
    if (reported == null || reported.state() == null) {
      return Optional.empty();
    }
    return Optional.of(
        new Component(
            "confinement",
            reported.state().equals("on") ? HealthReport.PASSING : HealthReport.WARNING,
            "executor.confine " + reported.mode(),
            null,
            TextNode.valueOf(reported.words()),
            null));
  }

  /**
   * What the server's own report says of its Redis. Empty for an older server, whose report does
   * not name it; when the API wants another token, the component says that.
   */
  private Optional<Component> redis() throws InterruptedException {
    try {
      HttpResponse<String> answer =
          get("/runtime/status?timeout=" + Math.min(LONGEST_PROBE, timeout.toMillis() / 1000.0));
      if (answer.statusCode() == 401 || answer.statusCode() == 403) {
        return Optional.of(
            new Component(
                "redis",
                HealthReport.WARNING,
                config.api().baseUrl(),
                null,
                null,
                "not known: the API wants a token, set MN_API_TOKEN to a good one"));
      }
      return Json.read(answer.body(), HealthReport.class, "/runtime/status").components().stream()
          .filter(component -> "redis".equals(component.name()))
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

  /**
   * @param status of an API that serves; others do not tell
   * @param detail why it does not, for people
   */
  private record Answer(String status, String detail) {}

  private interface Question {
    /** The detail of a good answer. */
    JsonNode ask() throws IOException, InterruptedException;
  }

  private static Component check(String name, String target, Question question)
      throws InterruptedException {
    long begin = System.nanoTime();
    JsonNode detail = null;
    String error = null;
    try {
      detail = question.ask();
    } catch (IOException | MnException | IllegalArgumentException e) {
      error = e.getMessage() == null ? "cannot be reached" : e.getMessage();
    }
    return new Component(
        name,
        error == null ? HealthReport.PASSING : HealthReport.CRITICAL,
        target,
        (System.nanoTime() - begin) / 1_000_000,
        detail,
        error);
  }

  private static JsonNode core(MirrorNeuron mn) {
    mn.clusterOverview();
    return TextNode.valueOf("system summary ok");
  }

  private JsonNode api() throws IOException, InterruptedException {
    HttpResponse<String> answer = get("/health");
    JsonNode body = Json.parse(answer.body());
    String status = LenientJson.read(body, Answer.class).status;
    if (answer.statusCode() != 200 || status != null && !status.equals("ok")) {
      throw new IOException("answered " + answer.statusCode() + ": " + answer.body());
    }
    HttpResponse<String> ready = get("/health/ready");
    if (ready.statusCode() == 503) { // others, such as the original's, do not know the question
      throw new IOException(LenientJson.read(Json.parse(ready.body()), Answer.class).detail);
    }
    return body;
  }
}
