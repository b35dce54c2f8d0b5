package io.mirrorneuron.runtime.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.runtime.port.Executions;
import io.mirrorneuron.runtime.port.JobStatus;
import io.mirrorneuron.store.JobStore;
import io.mirrorneuron.store.JobStore.Commit;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What becomes of jobs that this build cannot read or decide on. */
class DamageTest {
  private static final String ONE_PROGRAM =
      """
      {'manifest_version':'1.0','graph_id':'g','entrypoints':['work'],
       'nodes':[{'node_id':'work','agent_type':'executor','config':{'command':['x'],
         'runner_module':'MirrorNeuron.Runner.HostLocal'}}]}
      """;

  private final Stage stage = Stage.of(ONE_PROGRAM);

  private void overwrite(String field, String value) {
    long seq = stage.row().path("event_seq").asLong();
    stage
        .disk
        .commit(
            new Commit(
                Stage.JOB,
                stage.stored().epoch(),
                Map.of(field, value),
                List.of(),
                Map.of(),
                List.of(),
                List.of(),
                seq,
                stage.row().toString(),
                0,
                "running",
                false,
                JobStore.Allocations.NONE,
                null))
        .toCompletableFuture()
        .join();
  }

  private Stage upgradeToAStricterBuild() {
    stage.manifests =
        text -> {
          throw MnException.precondition("nodes[0].config.command is not allowed any more");
        };
    return stage.crash();
  }

  @Test
  void aJobWhoseManifestIsRefusedNowWaitsAndSaysWhy() {
    upgradeToAStricterBuild();

    assertThat(stage.row().path("status").asText()).isEqualTo("running");
    assertThat(stage.row().path("recovery_status").asText()).isEqualTo("blocked");
    assertThat(stage.row().path("recovery_reason").asText()).contains("not allowed any more");
    assertThat(stage.event("job_recovery_blocked").path("reason").asText()).contains("not allowed");
    assertThat(stage.details().at("/summary/recovery/status").asText()).isEqualTo("blocked");
    assertThat(stage.running()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"null", "true", "-1", "[]", "{}", "' '"})
  void aJobWhoseHeaderNamesNoRunWaitsAndSaysWhy(String runId) {
    ObjectNode header = (ObjectNode) Stage.json(stage.stored().fields().get("h"));
    header.set("run_id", Stage.json(runId));
    overwrite("h", header.toString());
    stage.crash();

    assertThat(stage.row().path("recovery_status").asText()).isEqualTo("blocked");
    assertThat(stage.row().path("recovery_reason").asText()).contains("names no run");
    assertThat(stage.running()).isEmpty();
  }

  @Test
  void itIsToldOnceHoweverOftenTheServerStarts() {
    upgradeToAStricterBuild();
    stage.crash().crash();

    assertThat(stage.events("job_recovery_blocked")).hasSize(1);
  }

  @Test
  void aBuildThatCanReadItAgainGoesOn() {
    var readable = stage.manifests;
    upgradeToAStricterBuild();

    stage.manifests = readable;
    stage.crash().succeed("work");

    assertThat(stage.status()).isEqualTo("completed");
    assertThat(stage.row().path("recovery_status").isNull()).isTrue();
    assertThat(stage.events()).extracting(e -> e.path("seq").asInt()).doesNotHaveDuplicates();
  }

  @Test
  void itCanBeCancelledAndStaysReadable() throws Exception {
    upgradeToAStricterBuild();

    assertThat(
            stage
                .ask(engine -> engine.commands().cancel(Stage.JOB, null, null))
                .toCompletableFuture()
                .get())
        .isEqualTo(JobStatus.CANCELLED);

    assertThat(stage.status()).isEqualTo("cancelled");
    assertThat(stage.types()).endsWith("job_cancelled");
    assertThat(stage.result().path("reason").asText()).isEqualTo("cancelled by operator");
    assertThat(
            stage
                .ask(engine -> engine.commands().cancel(Stage.JOB, null, null))
                .toCompletableFuture()
                .get())
        .isEqualTo(JobStatus.CANCELLED);
    assertThat(stage.disk.activeJobs().toCompletableFuture().get()).isEmpty();
  }

  @Test
  void itCannotBeResumedAndTheAnswerSaysWhy() {
    upgradeToAStricterBuild();

    assertThatThrownBy(
            () ->
                stage
                    .ask(engine -> engine.commands().resume(Stage.JOB, null))
                    .toCompletableFuture()
                    .get())
        .hasMessageContaining("cannot go on: nodes[0].config.command is not allowed any more");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "h     | {\"status\":\"gone\"}",
        "h     | not json",
        "c     | x,y",
        "a:gone| {}",
        "m:1   | []",
        "m:1   | {\"envelope\":{\"to\":\"gone\"}}"
      })
  void damagedStateBlocksTheJobAndNothingElse(String field, String value) throws Exception {
    overwrite(field.strip(), value.strip());

    stage.crash();

    assertThat(stage.row().path("recovery_status").asText()).isEqualTo("blocked");
    assertThat(stage.details().at("/job/job_id").asText()).isEqualTo(Stage.JOB);
    assertThat(
            stage
                .ask(engine -> engine.commands().cancel(Stage.JOB, null, null))
                .toCompletableFuture()
                .get())
        .isEqualTo(JobStatus.CANCELLED);
  }

  @Test
  void anInputThatCannotBeDecidedOnFailsTheJobInsteadOfLeavingItHanging() {
    stage.end("work", Executions.Ending.SUCCEEDED, 0, null, "", null); // a fault of the runner

    assertThat(stage.status()).isEqualTo("failed");
    assertThat(stage.result().at("/error/code").asText()).isEqualTo("runtime.failure");
    assertThat(stage.engine().openJobs()).isZero();
  }

  @Test
  void aBodyNestedTooDeeplyToBeStoredFailsTheJobInsteadOfLeavingItHanging() {
    String deep = "[".repeat(990) + "]".repeat(990);
    Stage two =
        new Graph()
            .program("a", "{'output_message_type':null}")
            .program("b")
            .edge("a", "b", "deep")
            .edge("b", "b", "*")
            .start();

    two.succeed("a", "{'emit_messages':[{'type':'deep','body':" + deep + "}]}");
    for (int i = 0; i < 20 && !two.running().isEmpty(); i++) {
      two.succeed("b");
    }

    assertThat(two.status()).isEqualTo("failed");
    assertThat(two.result().path("reason").asText()).contains("internal error of the runtime");
  }

  @Test
  void aResultOfFiveMegabytesIsStoredAndGivenBack() {
    stage.succeed("work", "{'complete_run':'" + "x".repeat(5_000_000) + "'}");

    assertThat(stage.result().path("output").asText()).hasSize(5_000_000);
    assertThat(stage.row().toString().length()).as("rows stay small").isLessThan(2000);
  }
}
