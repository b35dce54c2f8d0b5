package io.mirrorneuron.area;

import static io.mirrorneuron.testing.Eventually.eventually;
import static io.mirrorneuron.testing.Trees.tree;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.mirrorneuron.app.WholeServer;
import io.mirrorneuron.port.Submission;
import io.mirrorneuron.testing.SampleManifests;
import io.mirrorneuron.testing.Whole;
import io.mirrorneuron.wire.Json;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Real programs ask through their files, people answer over HTTP. */
@Timeout(120)
@Whole
class HumanIT {
  /** As the Python programs of the field do it. */
  private static final String PYTHON =
      """
      import datetime, json, os, pathlib, sys, time

      run_dir = pathlib.Path(os.environ["MN_RUNS_ROOT"]) / sys.argv[1]
      run_dir.mkdir(parents=True, exist_ok=True)
      human = run_dir / "human.jsonl"
      with human.open("a", encoding="utf-8") as handle:
          handle.write(json.dumps({
              "ts": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"),
              "run_id": sys.argv[1], "channel": "human", "type": "human_input_requested",
              "payload": {"request_id": "q", "prompt": "Grüße senden?", "status": "pending",
                          "allowed_decisions": ["approve", "reject"]}}, sort_keys=True) + "\\n")

      def answer():
          for line in human.read_text(encoding="utf-8").splitlines():
              try:
                  event = json.loads(line)
              except json.JSONDecodeError:
                  continue
              payload = event.get("payload", {})
              if event.get("type") == "human_input_received" and payload.get("request_id") == "q":
                  return payload
          return None

      deadline = time.monotonic() + 90
      while answer() is None and time.monotonic() < deadline:
          time.sleep(0.1)
      print(json.dumps({"comment": answer()["comment"]}))
      sys.exit(0 if answer()["approved"] else 24)
      """;

  private static final String SHELL =
      """
      mkdir -p "$MN_RUNS_ROOT/$1"
      cd "$MN_RUNS_ROOT/$1"
      echo '{"ts":"2026-06-20T10:00:00Z","channel":"human","type":"human_input_requested",'\\
      '"payload":{"request_id":"q","prompt":"?"}}' >> human.jsonl
      tries=0
      until grep -q '"type":"human_input_received"' human.jsonl; do
        tries=$((tries + 1)); [ $tries -lt 900 ] || exit 1
        sleep 0.1
      done
      grep -q '"approved":true' human.jsonl || exit 24
      """;

  @TempDir Path home;
  private final HttpClient http = HttpClient.newHttpClient();
  private WholeServer server;

  @BeforeEach
  void start() {
    server = WholeServer.start(home);
  }

  @AfterEach
  void stop() {
    server.close();
    http.close();
  }

  @ParameterizedTest
  @CsvSource({
    "python3, approve, completed",
    "python3, reject, failed",
    "sh, approve, completed",
    "sh, reject, failed"
  })
  void aProgramFindsTheAnswerInItsFile(String language, String decision, String end)
      throws Exception {
    Path program = home.resolve("review");
    Files.writeString(program, language.equals("sh") ? SHELL : PYTHON);
    String job =
        server
            .jobs()
            .submit(
                Submission.of(
                    SampleManifests.once("review", language, program.toString(), "review-1")))
            .jobId();
    eventually("a request", () -> !get("/human").path("data").isEmpty());
    JsonNode asked = get("/human").path("data").get(0);

    var answer =
        post(
            "/runs/review-1/human/q/response",
            "{\"decision\":\"%s\",\"comment\":\"schön\",\"shown_sha256\":\"%s\"}"
                .formatted(decision, asked.path("shown_sha256").asText()),
            "ada");

    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    assertThat(lines("review-1").getLast()).isEqualTo(json(answer));
    eventually(
        "the end of the job",
        Duration.ofSeconds(100),
        () -> tree(server.jobs().get(job)).at("/job/status").asText().equals(end));
    assertThat(get("/human").path("data")).isEmpty();
    JsonNode decided = get("/runs/review-1/human").at("/requests/0/decisions/0");
    assertThat(decided.path("by").asText()).isEqualTo("ada");
    assertThat(decided.path("shown_sha256")).isEqualTo(asked.path("shown_sha256"));
  }

  @Test
  void refusalsSayWhatIsWrong() throws Exception {
    ask(
        "r",
        "{\"request_id\":\"q\",\"form\":{\"required\":[\"n\"]},\"allowed_decisions\":[\"a\"]}");

    assertRefused(404, "run not found", post("/runs/none/human/q/response", "{}", null));
    assertRefused(400, "invalid run id", post("/runs/..%2Fr/human/q/response", "{}", null));
    assertRefused(404, "request p was not found", post("/runs/r/human/p/response", "{}", null));
    assertRefused(422, "body: is required", post("/runs/r/human/q/response", "", null));
    assertRefused(422, "body: must be an object", post("/runs/r/human/q/response", "[]", null));
    var unfit = post("/runs/r/human/q/response", "{\"decision\":\"b\"}", null);
    assertThat(unfit.statusCode()).isEqualTo(422);
    assertThat(json(unfit).path("errors")).hasSize(2);
    assertThat(json(unfit).at("/errors/0").toString())
        .isEqualTo(
            "{\"type\":\"literal_error\",\"loc\":[\"body\",\"decision\"],"
                + "\"msg\":\"must be one of: a\",\"input\":\"b\"}");
    assertThat(json(unfit).has("validation")).isFalse();
    assertThat(post("/runs/r/human/q/claim", "", "ada").statusCode()).isEqualTo(200);
    assertThat(post("/runs/r/human/q/claim", "{}", "bob").statusCode()).isEqualTo(409);
    assertThat(post("/runs/r/human/q/claim", "{\"lease_seconds\":9}", "ada").statusCode())
        .isEqualTo(422);
    assertThat(post("/runs/r/human/q/release", "", "ada").statusCode()).isEqualTo(200);
    assertThat(post("/runs/r/human/n/ack", "", "ada").statusCode()).isEqualTo(404);
  }

  @Test
  void aTimeLimitThatEndedWhileNoServerRanIsKeptOnce() throws Exception {
    server.close();
    ask("late", "{\"request_id\":\"q\",\"timeout_seconds\":1,\"default\":\"reject\"}");
    start();
    eventually("the default answer", () -> lines("late").size() == 3);
    server.close();
    start();
    ask("next", "{\"request_id\":\"q\",\"timeout_seconds\":1}");
    eventually("a look at the runs", () -> lines("next").size() == 2);

    assertThat(lines("late").stream().map(line -> line.path("type").asText()))
        .containsExactly("human_input_requested", "human_input_timeout", "human_input_received");
    assertThat(lines("late").getLast().at("/payload/by").asText()).isEqualTo("default");
  }

  private void ask(String runId, String payload) throws IOException {
    Path run = Files.createDirectories(server.runsRoot().resolve(runId));
    Files.writeString(
        run.resolve("human.jsonl"),
        "{\"ts\":\"2026-06-20T10:00:00Z\",\"type\":\"human_input_requested\",\"payload\":"
            + payload
            + "}\n");
  }

  private List<JsonNode> lines(String runId) {
    try {
      return Files.readAllLines(server.runsRoot().resolve(runId).resolve("human.jsonl")).stream()
          .<JsonNode>map(line -> Json.parseObject(line, "line"))
          .toList();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private JsonNode get(String path) {
    try {
      return json(http.send(HttpRequest.newBuilder(uri(path)).build(), BodyHandlers.ofString()));
    } catch (IOException | InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private HttpResponse<String> post(String path, String body, String user) throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(uri(path)).POST(BodyPublishers.ofString(body));
    if (user != null) {
      request.header("X-MN-User", user);
    }
    return http.send(request.build(), BodyHandlers.ofString());
  }

  private URI uri(String path) {
    return server.uri(path);
  }

  private static JsonNode json(HttpResponse<String> answer) {
    return Json.parseObject(answer.body(), "answer");
  }

  private static void assertRefused(int status, String detail, HttpResponse<String> answer) {
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
    assertThat(json(answer).path("detail").asText()).isEqualTo(detail);
  }
}
