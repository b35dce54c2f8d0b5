package io.mirrorneuron.runtime;

import static io.mirrorneuron.testing.Eventually.eventually;
import static io.mirrorneuron.testing.Trees.tree;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.JobsPort.EventPage;
import io.mirrorneuron.port.Submission;
import io.mirrorneuron.port.Submission.Payloads;
import io.mirrorneuron.testing.RuntimeFixture;
import io.mirrorneuron.wire.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The runtime as its callers see it: real Redis, real processes. */
class RuntimeIT {
  private static final String ROUTERS =
      """
      {"manifest_version":"1.0","graph_id":"routers","entrypoints":["a"],
       "initial_inputs":{"a":[{"n":1}]},
       "nodes":[{"node_id":"a","agent_type":"router"},{"node_id":"b","agent_type":"router"},
                {"node_id":"end","agent_type":"aggregator",
                 "config":{"complete_on_message":true,"complete_run":true,"terminal_sink":true}}],
       "edges":[{"from_node":"a","to_node":"b","message_type":"*"},
                {"from_node":"b","to_node":"end","message_type":"*"}]}
      """;

  @TempDir static Path home;
  private static RuntimeFixture runtime;

  @BeforeAll
  static void start() {
    runtime = new RuntimeFixture(home);
  }

  @AfterAll
  static void stop() {
    runtime.close();
  }

  private static String script(String command, String more) {
    return """
        {"manifest_version":"1.0","graph_id":"script","entrypoints":["work"],
         "initial_inputs":{"work":[{"question":"6x7"}]},
         "nodes":[{"node_id":"work","agent_type":"executor","config":{
            "runner_module":"MirrorNeuron.Runner.HostLocal","command":%s,
            "output_message_type":"done"%s}},
          {"node_id":"sink","agent_type":"aggregator",
           "config":{"complete_on_message":true,"complete_run":true,"terminal_sink":true}}],
         "edges":[{"from_node":"work","to_node":"sink","message_type":"done"}]}
        """
        .formatted(command, more);
  }

  private static String submit(String manifest) {
    return runtime.jobs().submit(Submission.of(manifest)).jobId();
  }

  @Test
  void aChainOfRoutersCompletesWithItsResult() {
    ObjectNode details = runtime.awaitEnd(submit(ROUTERS));

    assertThat(details.at("/job/status").asText()).isEqualTo("completed");
    assertThat(details.at("/job/result/agent_id").asText()).isEqualTo("end");
    assertThat(details.at("/job/result/output/last_message/n").asInt()).isEqualTo(1);
    assertThat(details.at("/agents")).hasSize(3);
    assertThat(details.at("/agents/0/processed_messages").asInt()).isEqualTo(1);
  }

  @Test
  void eventsAreNumberedWithoutGapsAndReadFromAnyCursor() {
    String job = submit(ROUTERS);
    runtime.awaitEnd(job);

    EventPage all = runtime.jobs().events(job, 0, 100);
    assertThat(all.ended()).isTrue();
    assertThat(all.next()).isEqualTo(all.events().size());
    for (int after = 0; after < all.events().size(); after++) {
      EventPage page = runtime.jobs().events(job, after, 2);
      assertThat(page.events())
          .isEqualTo(all.events().subList(after, Math.min(after + 2, all.events().size())));
    }
    assertThat(runtime.jobs().lastEvents(job, 3).events())
        .isEqualTo(all.events().subList(all.events().size() - 3, all.events().size()));
  }

  @Test
  void theExampleOfTheGraphFormMakesBothWordsLoud() throws IOException {
    String page = Files.readString(Path.of("docs/manifest.md"));
    int begin = page.indexOf("```json") + "```json".length();
    String manifest = page.substring(begin, page.indexOf("```", begin));
    byte[] program = "tr a-z A-Z <$MN_INPUT_FILE".getBytes(StandardCharsets.UTF_8);
    Payloads payloads = new Payloads.Inline(Map.of("shout/shout.sh", program));

    String job = runtime.jobs().submit(new Submission(manifest, payloads, null)).jobId();
    JsonNode output = runtime.awaitEnd(job).at("/job/result/output");

    assertThat(output.path("count").asInt()).isEqualTo(2);
    assertThat(output.path("messages").findValuesAsText("stdout"))
        .containsExactlyInAnyOrder("{\"WORD\":\"TREE\"}", "{\"WORD\":\"HOUSE\"}");
  }

  @Test
  void aProgramGetsItsPayloadAndItsAnswerReachesTheResult() {
    String manifest =
        script(
            "[\"sh\",\"run.sh\"]",
            ",\"upload_path\":\"worker\",\"workdir\":\"/sandbox/job/worker\"");
    byte[] program = "printf '{\"answer\":42}'".getBytes(StandardCharsets.UTF_8);
    Payloads payloads = new Payloads.Inline(Map.of("worker/run.sh", program));

    String job = runtime.jobs().submit(new Submission(manifest, payloads, null)).jobId();
    ObjectNode details = runtime.awaitEnd(job);

    JsonNode payload = details.at("/job/result/output/last_message");
    assertThat(payload.at("/sandbox/stdout").asText()).contains("42");
    assertThat(payload.at("/input/question").asText()).isEqualTo("6x7");
    assertThat(types(job))
        .containsSubsequence(
            "job_pending",
            "job_running",
            "agent_message_received",
            "executor_lease_requested",
            "executor_lease_acquired",
            "executor_lease_released",
            "sandbox_job_completed",
            "aggregator_received",
            "job_completed");
  }

  @Test
  void aFailingProgramIsTriedAgainAndThenFailsTheJobWithItsReason() {
    ObjectNode details =
        runtime.awaitEnd(
            submit(
                script(
                    "[\"sh\",\"-c\",\"echo broken pipe fitting >&2; exit 3\"]",
                    ",\"max_attempts\":2,\"retry_backoff_ms\":10")));

    assertThat(details.at("/job/status").asText()).isEqualTo("failed");
    assertThat(details.at("/job/result/agent_id").asText()).isEqualTo("work");
    assertThat(details.at("/job/result/error/details/attempt").asInt()).isEqualTo(2);
    assertThat(types(details.at("/job/job_id").asText())).contains("message_retry_scheduled");
  }

  @Test
  void pauseStopsTheProgramResumeRunsItAgainCancelEndsIt() {
    String job = submit(script("[\"sleep\",\"60\"]", ""));

    assertThat(runtime.jobs().pause(job, false)).isEqualTo("paused");
    assertThat(runtime.jobs().pause(job, false)).isEqualTo("paused");
    assertThat(status(job)).isEqualTo("paused");
    assertThat(runtime.jobs().resume(job)).isEqualTo("resumed");
    assertThat(runtime.jobs().resume(job)).isEqualTo("resumed");
    assertThat(runtime.jobs().cancel(job)).isEqualTo("cancelled");
    assertThat(runtime.jobs().cancel(job)).isEqualTo("cancelled");
    assertThat(status(job)).isEqualTo("cancelled");
    assertThat(types(job)).containsOnlyOnce("job_cancelled").containsOnlyOnce("job_resumed");
    assertThatThrownBy(() -> runtime.jobs().resume(job)).hasMessageContaining("terminal state");
  }

  @Test
  void drainingLetsTheProgramEndAndPausesBeforeWhatComesNext() throws IOException {
    Path go = home.resolve("go");
    String waits = "while [ ! -e %s ]; do sleep 0.02; done; echo done".formatted(go);
    String job = submit(script(Json.write(List.of("sh", "-c", waits)), ""));

    CompletableFuture<String> pause =
        CompletableFuture.supplyAsync(
            () -> runtime.jobs().pause(job, true), Thread::startVirtualThread);
    eventually("it waits for the program", () -> types(job).contains("job_pausing"));
    Files.createFile(go);
    assertThat(pause.join()).isEqualTo("paused");

    assertThat(types(job))
        .containsSubsequence("job_pausing", "sandbox_job_completed", "job_paused")
        .doesNotContain("job_completed");
    runtime.jobs().resume(job);
    assertThat(runtime.awaitEnd(job).at("/job/status").asText()).isEqualTo("completed");
    assertThat(types(job)).containsOnlyOnce("sandbox_job_completed");
  }

  @Test
  void theSameKeyAndContentIsTheSameJobAndOtherContentIsRefused() {
    Submission first = new Submission(ROUTERS, new Payloads.Inline(Map.of()), "key-1");
    String job = runtime.jobs().submit(first).jobId();

    assertThat(runtime.jobs().submit(first).jobId()).isEqualTo(job);
    Submission other = new Submission(ROUTERS + " ", new Payloads.Inline(Map.of()), "key-1");
    assertThatThrownBy(() -> runtime.jobs().submit(other))
        .isInstanceOfSatisfying(
            MnException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CONFLICT));
  }

  @Test
  void theFirstWhoSubmitsUnderAKeyIsTheSubmitter() {
    Submission keyed = new Submission(ROUTERS, new Payloads.Inline(Map.of()), "key-2");
    String job = runtime.jobs().submit(keyed.by("anna")).jobId();

    assertThat(runtime.jobs().submit(keyed.by("bob")).jobId()).isEqualTo(job);
    assertThat(runtime.jobs().submit(keyed).jobId()).isEqualTo(job);

    assertThat(tree(runtime.jobs().get(job)).at("/job/submitted_by").asText()).isEqualTo("anna");
    assertThat(tree(runtime.jobs().list(1000, true)).path("data"))
        .filteredOn(row -> row.path("job_id").asText().equals(job))
        .singleElement()
        .satisfies(row -> assertThat(row.path("submitted_by").asText()).isEqualTo("anna"));
  }

  @Test
  void aMessageThatNoEdgeCarriesStallsTheJobWithTheReason() {
    ObjectNode details =
        runtime.awaitEnd(
            submit(
                script("[\"true\"]", ",\"pool\":\"default\"")
                    .replace("\"message_type\":\"done\"", "\"message_type\":\"other\"")));

    assertThat(details.at("/job/result/error/code").asText()).isEqualTo("workflow.stalled");
    assertThat(details.at("/job/result/reason").asText()).contains("done");
    assertThat(types(details.at("/job/job_id").asText()))
        .contains("message_unrouted", "dead_letter");
  }

  @Test
  void aDeadLetterIsFoundByItsTypeAndNotByAWordInAPayload() {
    String answer =
        "{\"events\":[{\"type\":\"note\",\"payload\":{\"type\":\"dead_letter\"}}],"
            + "\"emit_messages\":[{\"to\":\"nobody\",\"type\":\"x\"}]}";
    String quoted = Json.write(List.of("printf", "%s", answer));
    String job = submit(script(quoted, ""));
    runtime.awaitEnd(job);

    assertThat(types(job)).contains("note");
    assertThatThrownBy(() -> runtime.jobs().replayDeadLetter(job, 0))
        .hasMessage("job is not running");
    assertThatThrownBy(() -> runtime.jobs().replayDeadLetter(job, 1))
        .hasMessage("dead letter 1 was not found");
  }

  @Test
  void eventsAndDetailsHideSecrets() {
    String answer =
        "{\"emit_messages\":[{\"to\":\"nobody\",\"type\":\"x\",\"body\":{\"api_key\":\"s3cret\"}}]}";
    String environment = ",\"environment\":{\"API_KEY\":\"s3cret\"}";
    String job = submit(script(Json.write(List.of("printf", "%s", answer)), environment));
    runtime.awaitEnd(job);

    assertThat(runtime.jobs().events(job, 0, 1000).events())
        .anyMatch(event -> event.contains("\"api_key\":\"[REDACTED]\""))
        .noneMatch(event -> event.contains("s3cret"));
    assertThat(runtime.jobs().lastEvents(job, 1000).events())
        .noneMatch(event -> event.contains("s3cret"));
    ObjectNode details = tree(runtime.jobs().get(job));
    JsonNode result = details.withObject("/job").remove("result");
    assertThat(Json.write(details)).contains("\"api_key\":\"[REDACTED]\"").doesNotContain("s3cret");
    assertThat(Json.write(result)).contains("s3cret"); // it is what the job was run for
  }

  @Test
  void aMessageFromOutsideWaitsWhileTheJobIsPausedAndIsThenHandled() {
    String job = submit(service());
    runtime.jobs().pause(job, false);
    ObjectNode message = Json.object().put("type", "order").put("n", 7);

    ObjectNode answer = tree(runtime.jobs().send(job, "end", message));

    assertThat(answer.path("accepted").asBoolean()).isTrue();
    assertThat(tree(runtime.jobs().get(job)).at("/agents/1/mailbox_depth").asInt()).isEqualTo(1);
    runtime.jobs().resume(job);
    ObjectNode details = runtime.awaitEnd(job);
    assertThat(details.at("/job/status").asText()).isEqualTo("completed");
    assertThat(details.at("/job/result/output/last_message/n").asInt()).isEqualTo(7);
    assertThat(runtime.jobs().events(job, 0, 1000).events())
        .anyMatch(
            event ->
                event.contains("\"agent_message_received\"")
                    && event.contains(answer.path("message_id").asText())
                    && event.contains("\"from\":\"external\"")
                    && event.contains("\"type\":\"order\""));
  }

  /** A program that outlasts the test, and beside it a sink that waits for a message. */
  private static String service() {
    return script("[\"sleep\",\"600\"]", "")
        .replace("\"script\"", "\"service\"")
        .replace("sink", "end");
  }

  @Test
  void aMessageSentTwiceIsTakenOnceAndAFullMailboxSaysWhenToComeAgain() {
    String job = submit(service());
    runtime.jobs().pause(job, false);
    ObjectNode first = Json.object().put("message_id", "mine").put("n", 1);

    ObjectNode answer = tree(runtime.jobs().send(job, "end", first));

    assertThat(answer.path("message_id").asText()).isEqualTo("mine");
    assertThat(tree(runtime.jobs().send(job, "end", first))).isEqualTo(answer);
    assertThat(tree(runtime.jobs().get(job)).at("/agents/1/mailbox_depth").asInt()).isEqualTo(1);
    assertThatThrownBy(() -> runtime.jobs().send(job, "end", first.deepCopy().put("n", 2)))
        .isInstanceOfSatisfying(
            MnException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CONFLICT));
    assertThatThrownBy(
            () -> {
              for (int i = 0; i < 200; i++) {
                runtime.jobs().send(job, "end", Json.object().put("n", i));
              }
            })
        .isInstanceOfSatisfying(
            MnException.class,
            e -> {
              assertThat(e.error()).isEqualTo("retry_later");
              assertThat(e.retryAfterMs()).isPositive();
            });
    runtime.jobs().cancel(job);
  }

  @Test
  void aMessageThatNobodyCanGetIsRefusedWithTheReason() {
    String job = submit(service());
    assertThatThrownBy(() -> runtime.jobs().send(job, "nobody", Json.object()))
        .hasMessage("job " + job + " has no agent nobody; it has work, end")
        .isInstanceOfSatisfying(
            MnException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.NOT_FOUND));
    assertThatThrownBy(() -> runtime.jobs().send(job, "end", Json.object().put("message_id", 7)))
        .hasMessage("message_id must be a text that is not empty");
    runtime.jobs().cancel(job);
    assertThatThrownBy(() -> runtime.jobs().send(job, "end", Json.object()))
        .hasMessage("job is not running");
    assertThatThrownBy(() -> runtime.jobs().send("nope", "end", Json.object()))
        .hasMessage("job nope was not found");
  }

  @Test
  void aJobSaysWhyItDoesNotGoOn() {
    List<String> jobs = new ArrayList<>(Stream.generate(() -> submit(service())).limit(4).toList());
    jobs.forEach(job -> awaitReason(job, "agent work runs its program, attempt 1"));
    String last = submit(service());
    jobs.add(last);
    awaitReason(
        last, "agent work is number 1 of 1 that wait for pool default (4 of 4 slots in use)");

    runtime.jobs().pause(last, false);
    assertThat(runtime.jobs().why(last).summary())
        .isEqualTo("an operator paused the job; resume it");
    jobs.forEach(runtime.jobs()::cancel);
    assertThat(because(last)).containsExactly("an operator cancelled the job");
    assertThatThrownBy(() -> runtime.jobs().why("nope")).hasMessage("job nope was not found");
  }

  private static void awaitReason(String job, String text) {
    eventually(text, () -> because(job).equals(List.of(text)));
  }

  private static List<String> because(String job) {
    return runtime.jobs().why(job).explanations().stream().map(one -> one.text()).toList();
  }

  @Test
  void anUnknownJobIsNotFoundEverywhere() {
    assertThatThrownBy(() -> runtime.jobs().get("nope")).hasMessage("job nope was not found");
    assertThatThrownBy(() -> runtime.jobs().cancel("nope")).hasMessage("job nope was not found");
    assertThatThrownBy(() -> runtime.jobs().events("nope", 0, 1))
        .hasMessage("job nope was not found");
  }

  @Test
  void anEmptyWorkflowCompletesAtOnce() {
    ObjectNode details =
        runtime.awaitEnd(
            submit(
                """
                {"apiVersion":"mn.workflow/v1","kind":"Workflow",
                 "workflow":{"workflow_id":"demo","nodes":[]}}
                """));

    assertThat(details.at("/job/status").asText()).isEqualTo("completed");
    assertThat(details.at("/job/result/output")).isEmpty();
  }

  private static String status(String job) {
    return tree(runtime.jobs().get(job)).at("/job/status").asText();
  }

  private static List<String> types(String job) {
    return runtime.jobs().events(job, 0, 1000).events().stream()
        .map(event -> event.replaceAll(".*?\"type\":\"([^\"]+)\".*", "$1"))
        .toList();
  }
}
