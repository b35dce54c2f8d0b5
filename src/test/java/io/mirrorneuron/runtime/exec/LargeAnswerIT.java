package io.mirrorneuron.runtime.exec;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.config.ProgramOutput;
import io.mirrorneuron.run.RunStore;
import io.mirrorneuron.run.RunWriter;
import io.mirrorneuron.run.folder.KeptResults;
import io.mirrorneuron.run.folder.RunFolder;
import io.mirrorneuron.runtime.exec.artifact.ArtifactSink;
import io.mirrorneuron.runtime.exec.meter.SampleSink;
import io.mirrorneuron.runtime.port.Execution;
import io.mirrorneuron.runtime.port.Executions.Ending;
import io.mirrorneuron.runtime.port.Executions.Outcome;
import io.mirrorneuron.runtime.port.Executions.Structured;
import io.mirrorneuron.wire.ArtifactRef;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Answers that are too large for the state of a job. */
@Timeout(120)
class LargeAnswerIT {
  private static final int FIFTY = 50_000_000;

  @TempDir Path folder;
  private RunFolder run;
  private LocalExecutions runner;

  private final ArtifactSink artifacts =
      new ArtifactSink() {
        @Override
        public ArtifactRef keep(String runId, String name, InputStream json) throws IOException {
          KeptResults.Kept kept = KeptResults.keep(run, name, json);
          String path = ArtifactRef.path(kept.sha256());
          return ArtifactRef.of(runId, path, kept.size(), kept.sha256());
        }

        @Override
        public InputStream open(ArtifactRef artifact) throws IOException {
          return KeptResults.open(run, artifact.sha256());
        }
      };

  @BeforeEach
  void open() {
    run = new RunStore(folder.resolve("runs"), new RunWriter.Elsewhere()).open("run-1");
    runner(64 << 20);
  }

  private void runner(long most) {
    runner =
        ExecutionSamples.runner(
            folder,
            new ProgramOutput(1 << 20, most, 1000, 8 << 20),
            new RunSinks(SampleSink.NONE, (runId, records) -> true, artifacts));
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

  private JsonNode kept(JsonNode reference) throws IOException {
    ArtifactRef artifact = ArtifactRef.in(reference).orElseThrow();
    Path file = run.path().resolve(artifact.path());
    assertThat(Files.size(file)).isEqualTo(artifact.sizeBytes());
    JsonFactory factory =
        JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder().maxStringLength(1 << 30).build())
            .build();
    return new JsonMapper(factory).readTree(file.toFile());
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
    JsonNode value = kept(answer.completeRun().output());
    assertThat(value.get("big").textValue()).hasSize(2 * (FIFTY / 3)).startsWith("éxé");
    assertThat(value.at("/n/0").asInt()).isEqualTo(1);
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
    assertThat(kept(answer.completeStep().output()).textValue()).hasSize(2 * (FIFTY / 3));
    assertThat(kept(answer.emits().get(0).get("body")).get("big").textValue()).startsWith("éx");
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
            "host local command gave no answer that can be used: what it printed as its answer has"
                + " 1021 bytes; max_artifact_bytes is 1000");
    assertThat(outcome.structured()).isEqualTo(Structured.NONE);
    // What is no answer has no limit.
    assertThat(run(ExecutionSamples.shell("seq 1 2000")).ending()).isEqualTo(Ending.SUCCEEDED);
  }

  @Test
  void whatIsLargeAndNoAnswerIsOutput() throws Exception {
    assertThat(python("print('{' + big + '}')").ending()).isEqualTo(Ending.SUCCEEDED);
    assertThat(python("print(json.dumps({'data': big}))").structured()).isEqualTo(Structured.NONE);
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

    Path file = run.path().resolve(json.get("path").asText());
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
