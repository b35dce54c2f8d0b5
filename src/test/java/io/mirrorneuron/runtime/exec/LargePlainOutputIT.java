package io.mirrorneuron.runtime.exec;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.mirrorneuron.runtime.port.Execution;
import io.mirrorneuron.runtime.port.Executions.Ending;
import io.mirrorneuron.runtime.port.Executions.Outcome;
import io.mirrorneuron.runtime.port.PrintedOutput;
import io.mirrorneuron.testing.Proof;
import io.mirrorneuron.wire.ArtifactRef;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Steps whose output is what their program prints, and that print much. */
@Timeout(120)
@Proof.Limits
class LargePlainOutputIT {
  private static final int SOME = 2_000_000;
  private static final int MANY = 20_000_000;

  @TempDir Path folder;
  private RunArtifacts artifacts;
  private LocalExecutions runner;

  @BeforeEach
  void open() {
    artifacts = new RunArtifacts(folder);
    runner = artifacts.runner(folder, 64 << 20);
  }

  @AfterEach
  void close() {
    runner.close();
  }

  /**
   * @param size of {@code big}
   */
  private Outcome run(int size, String script) throws Exception {
    Execution sample =
        ExecutionSamples.execution("{'environment':{'API_KEY':'hunter-2-hunter'}}", null);
    sample
        .config()
        .putArray("command")
        .add("python3")
        .add("-c")
        .add("import json\nbig = '\u00e9x\\\"' * %d\n%s".formatted(size / 4, script));
    Execution plain =
        new Execution(
            sample.executionId(),
            sample.jobId(),
            sample.runId(),
            sample.agentId(),
            sample.agentType(),
            sample.templateType(),
            sample.config(),
            sample.message(),
            sample.agentState(),
            sample.workflow(),
            sample.inputs(),
            sample.resources(),
            sample.request(),
            null,
            sample.demands(),
            true,
            1,
            sample.rank(),
            sample.placing());
    return Heard.start(runner, plain).outcome();
  }

  /** What becomes of it, whether it lies in the job or in the run's folder. */
  private JsonNode output(Outcome outcome) throws Exception {
    assertThat(outcome.error()).isNull();
    JsonNode output = PrintedOutput.of(outcome.stdout(), outcome.structured());
    return ArtifactRef.in(output).isPresent() ? artifacts.value(output) : output;
  }

  @ParameterizedTest
  @ValueSource(ints = {100, SOME, MANY})
  void isTheJsonThatIsPrintedElseTheText(int size) throws Exception {
    String big = "\u00e9x\"".repeat(size / 4);
    assertThat(output(run(size, "print(json.dumps({'x': big}))")).get("x").textValue())
        .isEqualTo(big);
    assertThat(output(run(size, "print(json.dumps([big], ensure_ascii=False))")).get(0).textValue())
        .isEqualTo(big);
    assertThat(output(run(size, "print(' ' + big + ' ')")).textValue()).isEqualTo(big);
    assertThat(output(run(size, "print(big)\nprint('{\"n\": 7}')")).toString())
        .isEqualTo("{\"n\":7}");
    assertThat(output(run(size, "print('line')\nprint(big)")).textValue())
        .isEqualTo("line\n" + big);
    assertThat(output(run(size, "print(' ' * len(big))")).isNull()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(ints = {100, SOME, MANY})
  void aLineForTheEngineIsNoPartOfIt(int size) throws Exception {
    Outcome outcome = run(size, "print(big)\nprint('{\"events\": [{\"type\": \"seen\"}]}')");

    assertThat(outcome.structured().events()).hasSize(1);
    assertThat(output(outcome).textValue()).isEqualTo("\u00e9x\"".repeat(size / 4));
    assertThat(output(run(size, "print(big)\nprint('{\"complete_step\": 5}')")).asInt())
        .isEqualTo(5);
  }

  @ParameterizedTest
  @ValueSource(ints = {100, SOME, MANY})
  void valuesThatSoundSecretStayInIt(int size) throws Exception {
    String text = output(run(size, "print(big + 'hunter-2-hunter' + big)")).textValue();

    assertThat(text.replace("\u00e9x\"", "")).isEqualTo("hunter-2-hunter");
  }

  @Test
  void moreThanMayBeKeptFailsAndNamesTheLimit() throws Exception {
    Outcome outcome = run(70_000_000, "print(big)");

    assertThat(outcome.ending()).isEqualTo(Ending.FAILED);
    assertThat(outcome.error())
        .contains(
            "what it printed as the output of its step has", "max_artifact_bytes is 67108864");
    assertThat(run(70_000_000, "print(big)\nprint('{\"complete_step\": 5}')").error()).isNull();
  }
}
