package io.mirrorneuron.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.port.JobsPort.ForkRequest;
import io.mirrorneuron.port.Submission;
import io.mirrorneuron.port.Submission.Payloads;
import io.mirrorneuron.testing.RuntimeFixture;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Workflows written short, with real programs. */
class ShortFormIT {
  @TempDir private Path home;
  private RuntimeFixture runtime;

  @BeforeEach
  void start() {
    runtime = new RuntimeFixture(home);
  }

  @AfterEach
  void stop() {
    runtime.close();
  }

  private ObjectNode run(String manifest, Map<String, String> files) {
    Map<String, byte[]> payloads = new LinkedHashMap<>();
    files.forEach((path, text) -> payloads.put(path, text.getBytes(StandardCharsets.UTF_8)));
    Submission submission = new Submission(manifest, new Payloads.Inline(payloads), null);
    return runtime.awaitEnd(runtime.jobs().submit(submission).jobId());
  }

  private static JsonNode result(ObjectNode details) {
    assertThat(details.at("/job/status").asText()).as("%s", details).isEqualTo("completed");
    return details.at("/job/result/output");
  }

  @Test
  void eachStepReadsWhatTheOneBeforePrinted() {
    String manifest =
        """
        {"name": "Report", "inputs": {"city": "Lisbon"},
         "steps": [
           {"id": "fetch", "run": ["python3", "fetch.py"]},
           {"id": "loud", "shell": "tr a-z A-Z < $MN_INPUT_FILE"},
           {"id": "publish", "run": ["python3", "publish.py"]}]}
        """;
    String fetch =
        """
        import json, os
        print("asking ...")
        print(json.dumps({"of": json.load(open(os.environ["MN_INPUT_FILE"]))}))
        """;
    String publish =
        """
        import json, os
        context = json.load(open(os.environ["MN_CONTEXT_FILE"]))
        body = json.load(open(os.environ["MN_INPUT_FILE"]))
        print(json.dumps({"body": body, "inputs": context["inputs"]}))
        """;

    ObjectNode details = run(manifest, Map.of("fetch.py", fetch, "publish.py", publish));

    assertThat(result(details))
        .hasToString("{\"body\":{\"OF\":{\"CITY\":\"LISBON\"}},\"inputs\":{\"city\":\"Lisbon\"}}");
    assertThat(details.at("/job/workflow_state/steps/fetch/output"))
        .hasToString("{\"of\":{\"city\":\"Lisbon\"}}");
  }

  @Test
  void aStepWithSeveralParentsReadsTheirOutputsByName() {
    String manifest =
        """
        {"name": "join", "steps": [
          {"id": "a", "run": ["echo", "plain words"]},
          {"id": "b", "run": ["true"], "needs": []},
          {"id": "c", "shell": "cat $MN_INPUT_FILE", "needs": ["a", "b"]}]}
        """;

    assertThat(result(run(manifest, Map.of()))).hasToString("{\"a\":\"plain words\",\"b\":null}");
  }

  @Test
  void aForkAtOneOfSeveralFirstStepsTakesTheOthersOver() throws Exception {
    String mark =
        "echo $MN_WORKFLOW_STEP_ID >> %s; cat $MN_INPUT_FILE".formatted(home.resolve("ran"));
    String manifest =
        """
        {"name": "two", "inputs": {"n": 1}, "steps": [
          {"id": "a", "shell": "MARK"},
          {"id": "b", "shell": "MARK", "needs": []},
          {"id": "c", "shell": "MARK", "needs": ["a", "b"]}]}
        """
            .replace("MARK", mark);
    ObjectNode first = run(manifest, Map.of());
    assertThat(result(first)).hasToString("{\"a\":{\"n\":1},\"b\":{\"n\":1}}");
    String source = first.at("/job/job_id").asText();

    String fork = runtime.jobs().fork(source, ForkRequest.atStep("b")).jobId();

    assertThat(result(runtime.awaitEnd(fork))).isEqualTo(result(first));
    assertThat(Files.readAllLines(home.resolve("ran")))
        .hasSize(5)
        .containsOnlyOnce("a")
        .endsWith("b", "c");
  }

  /** The command that is printed after a failure names the mended bundle and nothing else. */
  @Test
  void aForkWithAMendedBundleKeepsWhatTheJobWasGiven() {
    String manifest =
        """
        {"name": "given", "inputs": {"who": %s}, "steps": [
          {"id": "a", "shell": "cat $MN_INPUT_FILE"},
          {"id": "b", "shell": "%s; cat $MN_INPUT_FILE", "needs": ["a"]}]}
        """;
    ObjectNode failed = run(manifest.formatted("{\"value\": \"anna\"}", "exit 1"), Map.of());
    assertThat(failed.at("/job/status").asText()).isEqualTo("failed");
    String source = failed.at("/job/job_id").asText();
    Submission mended =
        new Submission(manifest.formatted("{}", "true"), new Payloads.Inline(Map.of()), null);

    for (ForkRequest at : List.of(ForkRequest.atStep("a"), ForkRequest.atBeginning())) {
      String fork = runtime.jobs().fork(source, at.with(mended)).jobId();
      assertThat(result(runtime.awaitEnd(fork)).toString()).contains("\"who\":\"anna\"");
    }
  }

  @Test
  void severalLastStepsMakeAResultByName() {
    String manifest =
        """
        {"name": "fork", "steps": [
          {"id": "a", "run": ["echo", "1"]},
          {"id": "b", "shell": "cat $MN_INPUT_FILE", "needs": ["a"]},
          {"id": "c", "run": ["echo", "[2]"], "needs": ["a"]}]}
        """;

    assertThat(result(run(manifest, Map.of()))).hasToString("{\"b\":1,\"c\":[2]}");
  }

  @ParameterizedTest
  @ValueSource(strings = {"false\\necho done", "false | cat"})
  void aCommandThatFailsInTheMidstOfAShellFailsTheStep(String lines) {
    ObjectNode details =
        run(
            "{\"name\": \"bad\", \"steps\": [{\"id\": \"a\", \"shell\": \"" + lines + "\"}]}",
            Map.of());

    assertThat(details.at("/job/status").asText()).isEqualTo("failed");
  }

  @Test
  void aFailingStepIsTriedOnce() {
    ObjectNode details =
        run("{\"name\": \"bad\", \"steps\": [{\"id\": \"a\", \"run\": [\"false\"]}]}", Map.of());

    assertThat(details.at("/job/status").asText()).isEqualTo("failed");
    String job = details.at("/job/job_id").asText();
    assertThat(runtime.jobs().events(job, 0, 1000).events())
        .filteredOn(event -> event.contains("executor_lease_requested"))
        .hasSize(1);
  }

  @Test
  void programsOfOtherFormsHaveTheirOutputBesideWhatTheyHad() {
    String manifest =
        """
        {"manifest_version": "1.0", "graph_id": "graph", "entrypoints": ["a"],
         "nodes": [{"node_id": "a", "agent_type": "executor",
           "config": {"command": ["echo", "{\\"n\\": 1}"], "complete_run": true}}]}
        """;

    JsonNode output = result(run(manifest, Map.of()));

    assertThat(output.at("/sandbox/stdout").textValue()).isEqualTo("{\"n\": 1}\n");
    assertThat(output.get("output")).hasToString("{\"n\":1}");
  }
}
