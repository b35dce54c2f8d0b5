package io.mirrorneuron.launch;

import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.app.WholeServer;
import io.mirrorneuron.testing.Eventually;
import io.mirrorneuron.testing.RecordedRun;
import io.mirrorneuron.wire.Json;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a blueprint calls secret is told its programs and nobody else, whatever its name is. */
@Timeout(90)
class LaunchSecretsIT {
  private static final HttpClient HTTP = HttpClient.newHttpClient();
  private static final String ANSWERED = "open-sesame-1";
  private static final String CHOSEN = "north-gate-7";
  private static final String GIVEN = "night-owl-42";
  private static final String DEFAULT = "by-default-99";
  private static final String UNCHOSEN = "full-moon-3";
  private static final int PIN = 47114711;

  @TempDir static Path folder;
  private static WholeServer server;

  @BeforeAll
  static void start() {
    server = WholeServer.start(folder.resolve("home"));
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  private static String bundle() throws IOException {
    Path bundle = Files.createDirectories(folder.resolve("bundle"));
    Files.createDirectories(bundle.resolve("config"));
    Files.writeString(bundle.resolve("config/default.json"), "{\"site\": {\"name\": \"Harbour\"}}");
    Files.writeString(
        bundle.resolve("manifest.json"),
        """
        {"name": "opens", "inputs": {"word": {"schema": {"type": "string", "writeOnly": true,
           "enum": ["%s", "by-moon"], "anyOf": [{"const": "%s"}, {"type": "string"}]}}},
         "init_config_review": {"fields": [
           {"path": "site.phrase", "secret": true, "default": "%s"},
           {"path": "site.gate", "secret": true, "choices": ["%s", "south-gate-8"]},
           {"path": "site.pin", "secret": true, "type": "integer"},
           {"path": "site.name"}]},
         "steps": [{"id": "open", "inputs": {"word": "${inputs.word}"}, "run": ["sh", "-c",
           "cat $MN_BLUEPRINT_CONFIG_FILE $MN_INPUT_FILE > \\"$0\\"; cat $MN_INPUT_FILE >&2; echo heard", "%s"]}]}"""
            .formatted(GIVEN, UNCHOSEN, DEFAULT, CHOSEN, reported()));
    return bundle.toString();
  }

  private static Path reported() {
    return folder.resolve("told");
  }

  private static String get(String path) throws Exception {
    return HTTP.send(HttpRequest.newBuilder(server.uri(path)).build(), BodyHandlers.ofString())
        .body();
  }

  private static String post(String path, Object body) throws Exception {
    return HTTP.send(
            HttpRequest.newBuilder(server.uri(path))
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(Json.write(body)))
                .build(),
            BodyHandlers.ofString())
        .body();
  }

  private static boolean isThere(String path) {
    try {
      return HTTP.send(HttpRequest.newBuilder(server.uri(path)).build(), BodyHandlers.ofString())
              .statusCode()
          == 200;
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void programsGetWhatIsSecretAndNobodyElse() throws Exception {
    Map<String, Object> order =
        Map.of(
            "source",
            "path",
            "path",
            bundle(),
            "run_id",
            "secret-run",
            "progress_id",
            "secret-1",
            "inputs",
            Map.of("word", GIVEN, "site.phrase", ANSWERED, "site.gate", CHOSEN, "site.pin", PIN));
    List<String> answers = new ArrayList<>();
    answers.add("validated: " + post("/blueprints/launch/validate", order));
    String launched = post("/blueprints/launch/runs", order);
    answers.add("launched: " + launched);
    assertThat(launched).contains("\"job_id\":\"");
    String job = Json.parse(launched).get("job_id").asText();
    Eventually.eventually("the run is over", () -> isThere("/runs/secret-run/result"));
    RecordedRun.awaitWhole(server.runsRoot().resolve("secret-run"));

    for (String path :
        List.of(
            "/blueprints/launch/progress/secret-1",
            "/jobs",
            "/jobs/" + job,
            "/jobs/" + job + "?include=full",
            "/jobs/" + job + "?include=summary",
            "/jobs/" + job + "/events",
            "/jobs/" + job + "/workflow-progress",
            "/jobs/" + job + "/agent-graph",
            "/runs",
            "/runs/secret-run",
            "/runs/secret-run/export",
            "/runs/secret-run/events",
            "/runs/secret-run/logs",
            "/runs/secret-run/timeline",
            "/runs/secret-run/observability-summary",
            "/runs/secret-run/artifacts")) {
      answers.add(path + ": " + get(path));
    }
    try (Stream<Path> files = Files.walk(server.runsRoot().resolve("secret-run"))) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        answers.add(file + ": " + new String(Files.readAllBytes(file), StandardCharsets.UTF_8));
      }
    }
    try (Stream<Path> files = Files.walk(folder.resolve("home/launches"))) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        answers.add(file + ": " + Files.readString(file));
      }
    }
    assertThat(Files.readString(reported()))
        .contains(ANSWERED, CHOSEN, GIVEN, String.valueOf(PIN), "Harbour");
    assertThat(get("/jobs/" + job + "?include=full")).contains("Harbour");
    assertThat(get("/runs/secret-run/logs")).contains("[REDACTED]");
    assertThat(server.runsRoot().resolve("secret-run/config.json")).content().contains("Harbour");
    SoftAssertions.assertSoftly(
        all ->
            answers.forEach(
                answer ->
                    all.assertThat(answer)
                        .doesNotContain(
                            ANSWERED,
                            CHOSEN,
                            GIVEN,
                            DEFAULT,
                            UNCHOSEN,
                            "by-moon",
                            "south-gate-8",
                            PIN + "")));
  }

  @Test
  void secretsOfDigitsAreHiddenLikeOthers() throws Exception {
    Path bundle = Files.createDirectories(folder.resolve("digits"));
    Path reported = folder.resolve("digits-told");
    Files.writeString(
        bundle.resolve("manifest.json"),
        """
        {"name": "digits", "inputs": {
           "pass": {"schema": {"type": "string", "writeOnly": true}},
           "pin": {"schema": {"type": "integer", "writeOnly": true}}},
         "init_config_review": {"fields": [{"path": "site.code", "secret": true, "type": "string"}]},
         "steps": [{"id": "open", "run": ["sh", "-c", "cat $MN_INPUT_FILE $MN_BLUEPRINT_CONFIG_FILE >&2; cp $MN_INPUT_FILE $0; cat $0", "%s"]}]}"""
            .formatted(reported));
    String launched =
        post(
            "/blueprints/launch/runs",
            Map.of(
                "source",
                "path",
                "path",
                bundle.toString(),
                "run_id",
                "digits-run",
                "inputs",
                Map.of("pass", "87654321987", "pin", 88776655, "site.code", "9988776655")));
    assertThat(launched).contains("\"job_id\":\"");
    String job = Json.parse(launched).get("job_id").asText();
    Eventually.eventually("the run is over", () -> isThere("/runs/digits-run/result"));
    RecordedRun.awaitWhole(server.runsRoot().resolve("digits-run"));

    assertThat(Files.readString(reported))
        .contains("\"87654321987\"")
        .containsPattern(": ?88776655\\b");
    List<String> answers = new ArrayList<>();
    for (String path :
        List.of(
            "/jobs/" + job + "?include=full",
            "/jobs/" + job + "/events",
            "/runs/digits-run/result",
            "/runs/digits-run/export",
            "/runs/digits-run/logs")) {
      answers.add(path + ": " + get(path));
    }
    try (Stream<Path> files = Files.walk(server.runsRoot().resolve("digits-run"))) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        answers.add(file + ": " + new String(Files.readAllBytes(file), StandardCharsets.UTF_8));
      }
    }
    assertThat(get("/runs/digits-run/result"))
        .contains("\"pass\":\"[REDACTED]\"", "\"pin\":\"[REDACTED]\"");
    SoftAssertions.assertSoftly(
        all ->
            answers.forEach(
                answer ->
                    all.assertThat(answer)
                        .doesNotContain("87654321987", "88776655", "9988776655")));
  }
}
