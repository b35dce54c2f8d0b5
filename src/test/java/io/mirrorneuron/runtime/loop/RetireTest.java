package io.mirrorneuron.runtime.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.runtime.port.JobStatus;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

/** A job that another one has replaced ends in the moment in which it has nothing in hand. */
class RetireTest {
  private static Stage started() {
    return new Graph()
        .program("a")
        .program("b")
        .edge("a", "b", "*")
        .with("policies", "{'job_type':'service'}")
        .start();
  }

  private static CompletionStage<JobStatus> retire(Stage stage, String... spared) {
    return stage.ask(
        engine -> engine.definitions().retire(Stage.JOB, Set.of(spared), "another has its place"));
  }

  private static void refused(Stage stage, String... spared) {
    assertThatThrownBy(() -> retire(stage, spared).toCompletableFuture().join())
        .isInstanceOf(CompletionException.class)
        .cause()
        .isInstanceOfSatisfying(
            MnException.class,
            why -> {
              assertThat(why.code()).as("it is asked again").isEqualTo(ErrorCode.UNAVAILABLE);
              assertThat(why).hasMessage("job " + Stage.JOB + " still has work");
            });
  }

  @Test
  void whatRunsAndWhatWaitsEndsFirst() {
    Stage stage = started();
    refused(stage);
    assertThat(stage.running()).as("nothing was stopped").containsExactly("a");
    stage.succeed("a");
    refused(stage);
    stage.succeed("b");
    assertThat(retire(stage)).isCompletedWithValue(JobStatus.CANCELLED);
    assertThat(stage.types().getLast()).isEqualTo("job_cancelled");
    CompletionStage<JobStatus> late =
        stage.ask(
            engine ->
                engine.commands().deliver(Stage.JOB, "a", (ObjectNode) Stage.json("{'body':1}")));
    assertThatThrownBy(() -> late.toCompletableFuture().join())
        .as("nobody may take it for accepted")
        .hasMessageContaining("job is not running");
    assertThat(retire(stage)).as("once more").isCompletedWithValue(JobStatus.CANCELLED);
  }

  @Test
  void programsThatNeedNotEndAreEnded() {
    Stage stage = started();
    refused(stage, "b");
    CompletionStage<JobStatus> retired = retire(stage, "a");
    stage.letStop();
    assertThat(retired).isCompletedWithValue(JobStatus.CANCELLED);
    assertThat(stage.running()).isEmpty();
  }
}
