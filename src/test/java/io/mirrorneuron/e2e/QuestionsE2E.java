package io.mirrorneuron.e2e;

import static io.mirrorneuron.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.testing.PackagedServer;
import io.mirrorneuron.testing.Proof;
import io.mirrorneuron.wire.Json;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Hundreds of questions open at once, half of them asked by programs that wait, half by human
 * steps, on a server with the usual four slots that is killed meanwhile.
 */
@Proof.Kills
class QuestionsE2E {
  private static final int JOBS = 5;
  private static final int STEPS = 50;

  /** Human steps of each job that nobody answers: their default counts. */
  private static final int UNANSWERED = 4;

  private static final Duration PATIENCE = Duration.ofSeconds(90);

  private final long begun = System.nanoTime();
  @TempDir Path folder;

  /** A question of a run. */
  private record Ref(String runId, String requestId) {}

  @Test
  @Timeout(300)
  void otherJobsGoOnAndEveryAnswerCountsOnce() {
    try (PackagedServer server = PackagedServer.start(folder.resolve("home"))) {
      List<String> jobs = new ArrayList<>();
      submit(server, programs(), jobs);
      eventually("those of programs", PATIENCE, () -> open(server).size() == JOBS * STEPS);
      phase("250 programs wait");
      submit(server, people(), jobs);
      eventually("500 questions", PATIENCE, () -> open(server).size() == 2 * JOBS * STEPS);
      phase("500 questions are open");
      requireThatAnotherJobEnds(server);
      Map<Ref, String> answers = decisions(open(server));

      answerAll(server, answers, 40, () -> server.kill9());
      server.restart();
      phase("killed and back");
      requireThatAnotherJobEnds(server);
      answerAll(server, answers, Integer.MAX_VALUE, () -> {});
      phase("all are answered");

      Map<Ref, String> counted = new HashMap<>();
      for (String job : jobs) {
        JsonNode ended = server.awaitEnd(job);
        assertThat(ended.at("/job/status").asText()).as(ended.toString()).isEqualTo("completed");
        eventually( // the record is written behind the job
            "the record of " + job, PATIENCE, () -> counted(server, job).size() == STEPS);
        counted.putAll(counted(server, job));
      }
      phase("all jobs have ended");
      answers.forEach(
          (question, decision) ->
              assertThat(counted).as("answer %s", question).containsEntry(question, decision));
      assertThat(counted).hasSize(2 * JOBS * STEPS);
      assertThat(counted.values().stream().filter("in time"::equals)).hasSize(JOBS * UNANSWERED);
    }
  }

  private static void submit(PackagedServer server, ObjectNode manifest, List<String> jobs) {
    IntStream.range(0, JOBS).forEach(i -> jobs.add(server.submit(Json.write(manifest))));
  }

  private void phase(String what) {
    System.out.printf("%5.1f s: %s%n", (System.nanoTime() - begun) / 1e9, what);
  }

  private void requireThatAnotherJobEnds(PackagedServer server) {
    String other = server.submit(Json.write(quick()));
    assertThat(server.awaitEnd(other).at("/job/status").asText()).isEqualTo("completed");
  }

  private static List<Ref> open(PackagedServer server) {
    List<Ref> found = new ArrayList<>();
    String cursor = "";
    do {
      ObjectNode page = server.get("/human?status=pending&limit=100" + cursor);
      Json.elements(page.path("data"))
          .map(one -> new Ref(one.path("run_id").asText(), one.path("request_id").asText()))
          .forEach(found::add);
      cursor = page.path("next").isNull() ? null : "&cursor=" + page.path("next").asText();
    } while (cursor != null);
    return found;
  }

  /** A decision for each question but those that are left to their default. */
  private static Map<Ref, String> decisions(List<Ref> open) {
    Map<Ref, String> decisions = new HashMap<>();
    open.stream()
        .filter(one -> !one.requestId().startsWith("late"))
        .forEach(one -> decisions.put(one, decisions.size() % 3 == 0 ? "again" : "approve"));
    return decisions;
  }

  /** Two people answer each question, one of them twice; the first counts. */
  private static void answerAll(
      PackagedServer server, Map<Ref, String> answers, int before, Runnable then) {
    try (ExecutorService people = Executors.newFixedThreadPool(8)) {
      int sent = 0;
      for (Map.Entry<Ref, String> one : answers.entrySet()) {
        if (++sent == before) {
          people.submit(then);
        }
        people.submit(() -> answer(server, one.getKey(), one.getValue()));
        people.submit(() -> answer(server, one.getKey(), one.getValue()));
      }
    }
  }

  private static void answer(PackagedServer server, Ref question, String decision) {
    String path = "/runs/%s/human/%s/response".formatted(question.runId(), question.requestId());
    ObjectNode body = Json.object().put("decision", decision).put("by", "ada");
    HttpRequest.Builder request = server.request(path).header("Content-Type", "application/json");
    server
        .trySend(request.POST(HttpRequest.BodyPublishers.ofString(Json.write(body))))
        .map(HttpResponse::statusCode)
        .ifPresent(status -> assertThat(status).isIn(200, 503));
  }

  /** The decision on each question of the run; each is there once. */
  private static Map<Ref, String> counted(PackagedServer server, String jobId) {
    String runId = "run-" + jobId;
    Map<Ref, String> counted = new HashMap<>();
    Json.elements(server.get("/runs/" + runId + "/human").path("data"))
        .filter(one -> one.path("type").asText().equals("human_input_received"))
        .forEach(
            one -> {
              Ref question = new Ref(runId, one.at("/payload/request_id").asText());
              String before = counted.put(question, one.at("/payload/decision").asText());
              assertThat(before).as("another answer to " + question).isNull();
            });
    return counted;
  }

  // ---- manifests

  /** Programs that ask and wait, each for a step of its own. */
  private static ObjectNode programs() {
    Manifest manifest = new Manifest("programs");
    IntStream.range(0, STEPS).forEach(i -> manifest.program("p" + i, asking("p" + i)));
    return manifest.json;
  }

  private static String asking(String step) {
    return """
        f="$MN_RUNS_ROOT/$MN_RUN_ID/human.jsonl"
        printf '%%s\\n' '{"type":"human_input_requested","payload":{"request_id":"q-%1$s","step_id":"%1$s","prompt":"Go?"}}' >>"$f"
        until grep -q '"q-%1$s".*human_input_received' "$f"; do sleep 4; done
        """
        .formatted(step);
  }

  private static ObjectNode people() {
    Manifest manifest = new Manifest("people");
    for (int i = 0; i < STEPS; i++) {
      boolean late = i < UNANSWERED;
      ObjectNode human = Json.object().put("prompt", "Go?");
      ObjectNode decisions = human.putObject("decisions");
      decisions.put("approve", "complete").put("again", "complete");
      if (late) {
        decisions.put("in time", "complete");
        human.put("default", "in time").put("timeout_seconds", 30);
      }
      manifest.step((late ? "late" : "h") + i).put("kind", "human").set("human", human);
    }
    return manifest.json;
  }

  private static ObjectNode quick() {
    Manifest manifest = new Manifest("quick");
    manifest.program("work", "true");
    return manifest.json;
  }

  /** A first step, and any number that follow it. */
  private static final class Manifest {
    final ObjectNode json = Json.object();
    private final ObjectNode workflow;
    private final ObjectNode agents;

    Manifest(String name) {
      json.put("apiVersion", "mn.workflow/v1").put("kind", "Workflow");
      json.put("manifest_version", "1.0").put("id", name).put("name", name);
      workflow = json.putObject("workflow").put("workflow_id", name);
      workflow.put("source", "start").put("sink", "end");
      agents = json.putObject("agents");
      agents.putArray("entrypoints").add("start");
      for (String id : List.of("start", "end")) {
        workflow.withArray("steps").addObject().put("id", id).put("run", id);
        agents.withArray("nodes").addObject().put("node_id", id).put("agent_type", "router");
      }
    }

    ObjectNode step(String id) {
      for (List<String> edge : List.of(List.of("start", id), List.of(id, "end"))) {
        ObjectNode added = workflow.withArray("edges").addObject();
        added.put("from", edge.get(0)).put("to", edge.get(1));
      }
      return workflow.withArray("steps").addObject().put("id", id);
    }

    void program(String id, String script) {
      step(id).put("run", id).putObject("control").put("timeout_seconds", 0);
      ObjectNode node = agents.withArray("nodes").addObject().put("node_id", id);
      ObjectNode config = node.put("agent_type", "executor").putObject("config");
      config.putArray("command").add("sh").add("-c").add(script);
      ObjectNode mail = agents.withArray("edges").addObject().put("from_node", "start");
      mail.put("to_node", id).put("message_type", "*");
    }
  }
}
