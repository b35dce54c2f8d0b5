package io.mirrorneuron.runtime.exec;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.runtime.port.Execution;
import io.mirrorneuron.runtime.port.Executions.Ending;
import io.mirrorneuron.runtime.port.Executions.Outcome;
import io.mirrorneuron.runtime.port.Executions.Structured;
import io.mirrorneuron.testing.Proof;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Answers that are too large for the state of a job. */
@Timeout(120)
@Proof.Limits
class LargeAnswerIT {
  private static final int FIFTY = 50_000_000;

  @TempDir Path folder;
  private RunArtifacts artifacts;
  private LocalExecutions runner;

  @BeforeEach
  void open() {
    artifacts = new RunArtifacts(folder);
    runner(64 << 20);
  }

  private void runner(long most) {
    runner = artifacts.runner(folder, most);
  }

  @AfterEach
  void close() {
    runner.close();
  }

  private Outcome run(Execution execution) throws Exception {
    return Heard.start(runner, execution).outcome();
  }

  /** A program in Python that has {@code big}, a text of 50 MB. */
  private Outcome python(String script) throws Exception {
    Execution execution = ExecutionSamples.execution("{}", null);
    String big = "import json\nbig = '\\u00e9x' * " + FIFTY / 3 + "\n";
    execution.config().putArray("command").add("python3").add("-c").add(big + script);
    return run(execution);
  }

  @Test
  void aResultOfFiftyMegabytesIsKeptAsItWasPrinted() throws Exception {
    Outcome outcome =
        python(
            "print('working')\n"
                + "print(json.dumps({'events': [{'type': 'found'}],"
                + " 'complete_run' : {'big': big, 'n': [1]} , 'next_state': 7},"
                + " ensure_ascii=False))");

    assertThat(outcome.error()).isNull();
    Structured answer = outcome.structured();
    assertThat(answer.events()).hasSize(1);
    assertThat(answer.nextState().asInt()).isEqualTo(7);
    JsonNode value = artifacts.value(answer.completeRun().output());
    assertThat(value.get("big").textValue()).hasSize(2 * (FIFTY / 3)).startsWith("éxé");
    assertThat(value.at("/n/0").asInt()).isEqualTo(1);
  }

  @Test
  void oneThatCannotBeReadIsAFailure() throws Exception {
    Outcome outcome =
        python(
            "print(json.dumps({'complete_step': {'big': big, 'n': float('nan')}}, ensure_ascii=False))");
    assertThat(outcome.ending()).isEqualTo(Ending.FAILED);
    assertThat(outcome.error()).contains("NaN is no value of JSON");

    assertThat(
            python("print(json.dumps({'rows': big, 'n': float('nan')}, ensure_ascii=False))")
                .ending())
        .isEqualTo(Ending.SUCCEEDED);
  }

  @Test
  void soIsATextAndADocumentOfManyLinesAndEachBody() throws Exception {
    Outcome outcome =
        python(
            "print(json.dumps({'complete_step': big, 'emit_messages': ["
                + "{'type': 'a', 'body': {'big': big}}, {'type': 'b', 'body': {'small': 1}}, 7]},"
                + " indent=2))");
    assertThat(outcome.error()).contains("max_artifact_bytes is 67108864");

    runner.close();
    runner(400 << 20);
    outcome =
        python(
            "print(json.dumps({'complete_step': big, 'emit_messages': ["
                + "{'type': 'a', 'body': {'big': big}}, {'type': 'b', 'body': {'small': 1}}]},"
                + " indent=2))");
    assertThat(outcome.error()).isNull();
    Structured answer = outcome.structured();
    assertThat(artifacts.value(answer.completeStep().output()).textValue())
        .hasSize(2 * (FIFTY / 3));
    assertThat(artifacts.value(answer.emits().get(0).get("body")).get("big").textValue())
        .startsWith("éx");
    assertThat(answer.emits().get(1).get("body").toString()).isEqualTo("{\"small\":1}");
  }

  @Test
  void aLargerOneFailsAndNamesTheLimit() throws Exception {
    runner.close();
    runner(1000);
    Outcome outcome = python("print(json.dumps({'complete_step': 'x' * 1000}))");
    assertThat(outcome.ending()).isEqualTo(Ending.FAILED);
    assertThat(outcome.error())
        .isEqualTo(
            "the program gave no answer that can be used: what it printed as its answer has"
                + " 1021 bytes; max_artifact_bytes is 1000");
    assertThat(outcome.structured()).isEqualTo(Structured.NONE);
    // What is no answer has no limit.
    assertThat(run(ExecutionSamples.shell("seq 1 2000")).ending()).isEqualTo(Ending.SUCCEEDED);
  }

  @Test
  void whatIsLargeAndNoAnswerIsOutput() throws Exception {
    assertThat(python("print('{' + big + '}')").ending()).isEqualTo(Ending.SUCCEEDED);
    Outcome data = python("print(json.dumps({'data': big}, ensure_ascii=False))");
    assertThat(data.structured()).isEqualTo(Structured.NONE);
    assertThat(data.ending()).as(data.error()).isEqualTo(Ending.SUCCEEDED);
    assertThat(python("print(big)").ending()).isEqualTo(Ending.SUCCEEDED);
  }

  @Test
  void whatIsLargeInManyPartsIsRefused() throws Exception {
    Outcome outcome =
        python("print(json.dumps({'emit_messages': [{'type': 'a', 'body': 'x' * 90000}] * 300}))");
    assertThat(outcome.error())
        .contains("27", "bytes beside its outputs and bodies of more than 1 MiB; 16777216 are");
  }

  @Test
  void theNextProgramGetsTheValueItself() throws Exception {
    JsonNode reference =
        python("print(json.dumps({'complete_run': {'big': big}}, ensure_ascii=False))")
            .structured()
            .completeRun()
            .output();
    Execution next =
        ExecutionSamples.shell(
            "wc -c <$MN_INPUT_FILE; cmp $MN_INPUT_FILE $MN_BODY_FILE; grep -c artifact_ref"
                + " $MN_MESSAGE_FILE");
    next.message().set("body", reference);
    Outcome outcome = run(next);

    ObjectNode json = (ObjectNode) reference;
    assertThat(outcome.stdout().strip()).isEqualTo(json.get("size_bytes").asText() + "\n1");
    assertThat(outcome.error()).isNull();

    Path file = artifacts.file(json.get("path").asText());
    Files.writeString(file, "{}");
    assertThat(run(again(next)).error()).contains("is not what was kept: somebody has changed it");
    Files.delete(file);
    assertThat(run(again(next)).error()).contains("cannot be read");
  }

  private static Execution again(Execution execution) {
    Execution fresh = ExecutionSamples.shell("true");
    fresh.message().set("body", execution.body());
    return fresh;
  }
}
