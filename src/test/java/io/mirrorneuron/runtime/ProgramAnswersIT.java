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
}
