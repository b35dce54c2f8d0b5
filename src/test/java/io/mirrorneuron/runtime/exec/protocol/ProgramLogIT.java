package io.mirrorneuron.runtime.exec.protocol;

import static io.mirrorneuron.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.config.ProgramOutput;
import io.mirrorneuron.runtime.exec.ExecutionSamples;
import io.mirrorneuron.runtime.exec.Heard;
import io.mirrorneuron.runtime.exec.LocalExecutions;
import io.mirrorneuron.runtime.exec.RunSinks;
import io.mirrorneuron.runtime.exec.process.Sampler.SampleSink;
import io.mirrorneuron.runtime.exec.protocol.LogRecords.LogRecord;
import io.mirrorneuron.runtime.exec.workspace.ArtifactSink;
import io.mirrorneuron.runtime.port.Execution;
import io.mirrorneuron.runtime.port.Executions.Ending;
import io.mirrorneuron.runtime.port.Executions.Outcome;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What real programs print becomes log records. */
@Timeout(120)
class ProgramLogIT {
  private static final ProgramOutput ROOMY = new ProgramOutput(1 << 20, 64 << 20, 1000, 8 << 20);

  @TempDir Path folder;
  private final List<ObjectNode> records = new CopyOnWriteArrayList<>();
  private LocalExecutions runner;
  private volatile boolean full;
  private volatile boolean refused;

  private boolean log(String runId, List<LogRecord> written) {
    assertThat(runId).isEqualTo("run-1");
    refused |= full;
    return !full && records.addAll(written.stream().map(LogRecord::json).toList());
  }

  private LocalExecutions runner(ProgramOutput limits) {
    runner =
        ExecutionSamples.runner(
            folder, limits, new RunSinks(SampleSink.NONE, this::log, ArtifactSink.NONE));
    return runner;
  }

  @AfterEach
  void close() {
    runner.close();
  }

  private Outcome run(String script) throws Exception {
    return run(ExecutionSamples.shell(script), ROOMY);
  }

  private Outcome run(Execution execution, ProgramOutput limits) throws Exception {
    if (runner == null) {
      runner(limits);
    }
    Outcome outcome = Heard.start(runner, execution).outcome();
    runner.flush("run-1");
    return outcome;
  }

  private List<String> messages() {
    return records.stream().map(record -> record.get("message").asText()).toList();
  }

  private List<String> of(String stream) {
    return records.stream()
        .filter(record -> record.get("stream").asText().equals(stream))
        .map(record -> record.get("message").asText())
        .toList();
  }

  @Test
  void eachLineSaysWhoPrintedItWhereAndWhen() throws Exception {
    Execution execution = ExecutionSamples.shell("echo fetched; echo careful >&2");
    execution.workflow().put("step_id", "fetch");
    run(execution, ROOMY);

    assertThat(of("stdout")).containsExactly("fetched");
    assertThat(of("stderr")).containsExactly("careful");
    ObjectNode record = records.getFirst();
    assertThat(record.remove("ts").asText()).matches("\\d{4}-.*\\.\\d{3}Z");
    record.remove(List.of("message", "stream", "level"));
    assertThat(record)
        .isEqualTo(
            ExecutionSamples.object(
                "{'run_id':'run-1','job_id':'job-1','component':'executor:worker',"
                    + "'step_id':'fetch','agent_id':'worker','attempt':1,'execution_id':'"
                    + execution.executionId()
                    + "'}"));
  }

  @Test
  void linesAreThereWhileTheProgramRuns() throws Exception {
    Path go = folder.resolve("go");
    Heard heard =
        Heard.start(
            runner(ROOMY),
            ExecutionSamples.shell("echo begun; until [ -e " + go + " ]; do sleep 0.02; done"));
    eventually("the line", () -> messages().equals(List.of("begun")));
    assertThat(heard.isOver()).isFalse();
    java.nio.file.Files.createFile(go);
    assertThat(heard.outcome().ending()).isEqualTo(Ending.SUCCEEDED);
  }

  @Test
  void theLevelIsThatOfTheStreamUnlessTheLineSays() throws Exception {
    run(
        """
        echo plain
        echo '{"level": "error", "message": "no answer", "host": "a", "api_key": "abc"}'
        echo '{"severity": "fatal", "msg": "over"}'
        echo '{"level": 30, "msg": "numbers are not read"}'
        echo '{"total": 5}'
        echo oops >&2
        """);

    assertThat(records.stream().map(record -> record.get("level").asText()))
        .containsExactlyInAnyOrder("INFO", "ERROR", "CRITICAL", "INFO", "INFO", "WARNING");
    assertThat(of("stdout"))
        .containsExactly("plain", "no answer", "over", "numbers are not read", "{\"total\": 5}");
    assertThat(records.toString())
        .contains("\"fields\":{\"host\":\"a\",\"api_key\":\"[REDACTED]\"}");
  }

  @Test
  void theAnswerAndBeaconsAreNoLines() throws Exception {
    Outcome outcome =
        run(
            """
            echo one
            echo '__MN_AGENT_BEACON__{"status": "working"}'
            echo '{"events": []}'
            echo two
            echo '{"complete_step": {"a": 1}}'
            """);
    assertThat(outcome.structured().completeStep().output()).isNotNull();
    // The line that was an answer but for what followed is one of the log.
    assertThat(messages()).containsExactly("one", "{\"events\": []}", "two");
  }

  @Test
  void anAnswerOfSeveralLinesIsNoneEither() throws Exception {
    run("printf '{\\n  \"complete_step\": {\\n    \"a\": 1\\n  }\\n}\\n'");
    assertThat(messages()).isEmpty();
  }

  @Test
  void whatOnlyLooksLikeAnAnswerIsTold() throws Exception {
    run("printf '{\\n  not json\\n'; echo '{\"complete_step\": '");
    assertThat(messages()).containsExactly("{", "  not json", "{\"complete_step\": ");
  }

  @Test
  void theAnswerOfAFailedProgramIsNoLine() throws Exception {
    run("echo '{\"events\": [{\"type\": \"x\"}]}'; echo trouble >&2; exit 3");
    assertThat(messages()).containsExactly("trouble");
  }

  @Test
  void secretsOfTheEnvironmentAreHidden() throws Exception {
    Execution execution =
        ExecutionSamples.shell(
            "echo \"token is $MY_TOKEN\"", "{'environment':{'MY_TOKEN':'sesame-0123456789'}}");
    run(execution, ROOMY);
    assertThat(messages()).containsExactly("token is [REDACTED]");
  }

  @Test
  void bytesOfAnyKindMakeLinesThatCanBeRead() throws Exception {
    run("printf 'a\\000b\\377c\\033[31mred\\033[0m\\n10%%\\r20%%\\r\\n\\n \\nend'");
    assertThat(messages())
        .containsExactly("a\0b\ufffdc\u001b[31mred\u001b[0m", "10%", "20%", "end");
  }

  @Test
  void aLineOfAGibibyteIsCut() throws Exception {
    Outcome outcome = run("head -c 1073741824 /dev/zero | tr '\\0' 'x'; echo; echo after");
    assertThat(outcome.ending()).isEqualTo(Ending.SUCCEEDED);
    assertThat(messages()).hasSize(2).last().isEqualTo("after");
    assertThat(records.getFirst().get("message").asText()).isEqualTo("x".repeat(8192));
    assertThat(records.getFirst().get("truncated").asBoolean()).isTrue();
    assertThat(records.getFirst().get("bytes").asLong()).isEqualTo(1 << 30);
  }

  @Test
  void ofAFloodSomeIsWrittenAndTheRestCounted() throws Exception {
    ProgramOutput limits = new ProgramOutput(1 << 20, 64 << 20, 10, 8 << 20);
    run(ExecutionSamples.shell("seq 1 5000"), limits);

    assertThat(messages()).hasSizeBetween(101, 250).contains("1", "100").doesNotContain("5000");
    assertThat(dropped()).isEqualTo(5000 - lines());
    assertThat(messages().getLast())
        .matches("\\d+ lines of stdout \\([\\d,]+ bytes\\) were left out: .*_per_second is 10");
  }

  @Test
  void theLogOfAProgramEnds() throws Exception {
    ProgramOutput limits = new ProgramOutput(1 << 20, 64 << 20, 1000, 10_000);
    run(ExecutionSamples.shell("seq 1 5000 >&2"), limits);

    assertThat(lines()).isBetween(20L, 40L);
    assertThat(dropped()).isEqualTo(5000 - lines());
    assertThat(messages().getLast()).endsWith("executor.log_max_bytes is 10000");
    assertThat(records.getLast().get("stream").asText()).isEqualTo("stderr");
  }

  @Test
  void anAnswerAfterAFloodIsNotCounted() throws Exception {
    ProgramOutput limits = new ProgramOutput(1 << 20, 64 << 20, 10, 1);
    run(ExecutionSamples.shell("echo a; echo b; echo '{\"complete_step\": true}'"), limits);
    assertThat(messages()).first().isEqualTo("a");
    assertThat(dropped()).isEqualTo(1);
  }

  @Test
  void whatAFullDiskTookIsToldOnceThereIsRoom() throws Exception {
    Path go = folder.resolve("go");
    full = true;
    Heard heard =
        Heard.start(
            runner(ROOMY),
            ExecutionSamples.shell(
                "echo lost; until [ -e " + go + " ]; do sleep 0.02; done; echo kept"));
    eventually(
        "its line is refused",
        () -> {
          runner.flush("run-1");
          return refused;
        });
    full = false;
    java.nio.file.Files.createFile(go);
    assertThat(heard.outcome().ending()).isEqualTo(Ending.SUCCEEDED);
    runner.flush("run-1");

    assertThat(messages())
        .containsExactly(
            "1 line of stdout (4 bytes) was left out: the disk did not take them", "kept");
  }

  private long lines() {
    return records.stream().filter(record -> !record.has("dropped")).count();
  }

  private long dropped() {
    return records.stream().mapToLong(record -> record.at("/dropped/lines").asLong()).sum();
  }
}
