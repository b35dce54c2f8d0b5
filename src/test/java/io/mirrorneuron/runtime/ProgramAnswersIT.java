package io.mirrorneuron.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.port.Submission;
import io.mirrorneuron.testing.RuntimeFixture;
import io.mirrorneuron.wire.Json;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What becomes of what real programs print: it goes on as it is, or the attempt fails. */
class ProgramAnswersIT {
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

  /** Steps one after the other; each is a line of shell. */
  private static ObjectNode steps(String... lines) {
    ObjectNode manifest = Json.object().put("name", "answers");
    ArrayNode steps = manifest.putArray("steps");
    for (String line : lines) {
      ObjectNode step =
          steps.addObject().put("id", String.valueOf((char) ('a' + steps.size() - 1)));
      step.putArray("run").add("sh").add("-c").add(line);
    }
    return manifest;
  }

  private static ObjectNode printing(String text) {
    ObjectNode manifest = steps("");
    ((ObjectNode) manifest.at("/steps/0")).putArray("run").add("printf").add("%s").add(text);
    return manifest;
  }

  private static void environment(ObjectNode step, String name, String value) {
    step.withObject("/config/environment").put(name, value);
  }

  private ObjectNode run(ObjectNode manifest) {
    return runtime.awaitEnd(runtime.jobs().submit(Submission.of(Json.write(manifest))).jobId());
  }

  private static JsonNode output(ObjectNode details) {
    assertThat(details.at("/job/status").asText()).as("%s", details).isEqualTo("completed");
    return details.at("/job/result/output");
  }

  @Test
  void valuesOfVariablesThatSoundSecretGoOnAsTheyArePrinted() {
    ObjectNode manifest = steps("echo last_name,age", "cat $MN_INPUT_FILE");
    environment((ObjectNode) manifest.at("/steps/0"), "SORT_KEY", "last_name");
    environment((ObjectNode) manifest.at("/steps/1"), "TOKENIZER", "last_name");

    ObjectNode details = run(manifest);

    assertThat(details.at("/job/workflow_state/steps/a/output").asText())
        .isEqualTo("last_name,age");
    assertThat(output(details).asText()).isEqualTo("last_name,age");
  }

  @Test
  void messagesHaveTheOutputAsItIsBesideACopyForPeople() {
    ObjectNode manifest =
        Json.parseObject(
            """
            {"manifest_version": "1.0", "graph_id": "answers",
             "nodes": [{"node_id": "a", "agent_type": "executor", "role": "root", "config": {
               "runner_module": "MirrorNeuron.Runner.HostLocal", "complete_run": true,
               "command": ["echo", "wordpiece"], "environment": {"TOKENIZER": "wordpiece"}}}]}""",
            "manifest");

    JsonNode output = output(run(manifest));

    assertThat(output.path("output").asText()).isEqualTo("wordpiece");
    assertThat(output.at("/sandbox/stdout").asText()).isEqualTo("[REDACTED]\n");
  }

  private String failure(ObjectNode manifest) {
    ObjectNode details = run(manifest);
    assertThat(details.at("/job/status").asText()).as("%s", details).isEqualTo("failed");
    return details.at("/job/failure/details/message").asText();
  }

  /** {@code decide} prints this before two steps. */
  private static ObjectNode deciding(String answer) {
    ObjectNode manifest = printing(answer);
    ((ObjectNode) manifest.at("/steps/0")).put("id", "decide");
    for (String id : new String[] {"shipit", "hold"}) {
      ObjectNode step = manifest.withArray("steps").addObject().put("id", id);
      step.putArray("needs").add("decide");
      step.putArray("run").add("echo").add(id);
    }
    return manifest;
  }

  private static String branch(String payload) {
    return "{\"complete_step\":1,\"events\":[{\"type\":\"workflow_step_branch\",\"payload\":%s}]}"
        .formatted(payload);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {"branches":["ship_it"]}       | there is no step ship_it; behind decide: shipit, hold
          {"branches":["hold","sell"]}   | there is no step sell; behind decide: shipit, hold
          {"branch":"decide"}            | not behind step decide: decide; behind decide: shipit, hold
          {}                             | branches must be a list of names of steps
          {"branches":{"hold":true}}     | branches must be a list of names of steps
          {"branches":[["hold"]]}        | branches must be a list of names of steps
          """)
  void aBranchThatIsNotThereFailsTheAttempt(String payload, String why) {
    assertThat(failure(deciding(branch(payload)))).contains("branch was rejected: " + why);
  }

  @Test
  void aBranchMayBeNoneAtAll() {
    assertThat(output(run(deciding(branch("{\"branch\":\"shipit\"}")))).toString())
        .contains("shipit")
        .doesNotContain("\"hold\":\"hold\"");
    ObjectNode none = run(deciding(branch("{\"branches\":[]}")));
    assertThat(none.at("/job/status").asText()).isEqualTo("completed");
    assertThat(none.at("/job/workflow_state/steps/shipit/status").asText()).isEqualTo("skipped");
  }

  @Test
  void eventsThatCannotBeReadFailTheAttempt() {
    assertThat(
            failure(
                printing("{\"events\":[{\"type\":\"ok\"},{\"type\":\"bad\",\"payload\":\"s\"}]}")))
        .contains("structured output is malformed: events[1].payload must be an object");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"complete_step\": null}",
        "{\"complete_step\": false, \"events\": []}",
        "{\"events\": [], \"complete_step\": null}"
      })
  void anAnswerWithoutAnOutputPutsOutNull(String answer) {
    assertThat(output(run(printing(answer))).isNull()).isTrue();
    assertThat(output(run(printing("[1]\n" + answer)))).hasToString("[1]");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {"x": 1e400, "y": -1e999}          | the number at x is
          {"complete_step": {"x": [0, -1e400]}} | the number at complete_step.x.1 is
          {"complete_run": 1e400}            | the number at complete_run is
          1e400                              | the number is
          """)
  void numbersThatCannotBeKeptFailTheAttempt(String printed, String why) {
    assertThat(failure(printing(printed)))
        .contains(why + " beyond the largest that can be kept, 1.8e308");
  }

  @Test
  void otherNumbersAreKept() {
    assertThat(output(run(printing("{\"x\": 1.5e300, \"y\": \"1e400\"}"))))
        .hasToString("{\"x\":1.5E300,\"y\":\"1e400\"}");
  }
}
