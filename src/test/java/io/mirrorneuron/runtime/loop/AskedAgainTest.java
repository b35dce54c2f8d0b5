package io.mirrorneuron.runtime.loop;

import static org.assertj.core.api.Assertions.assertThat;

import io.mirrorneuron.port.JobsPort.SubmittedJob;
import io.mirrorneuron.runtime.port.JobStatus;
import io.mirrorneuron.store.JobStore.NewJob;
import io.mirrorneuron.wire.Json;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

/** A job that is asked for again, with its id, while it begins or runs. */
class AskedAgainTest {
  private static final String MANIFEST =
      Json.write(
          Stage.json(
              new Graph().program("work").program("end").edge("work", "end", "*").toString()));

  private final Stage stage = new Stage();

  private CompletionStage<SubmittedJob> submit() {
    return stage
        .engine()
        .creation()
        .submit(
            new NewJob(Stage.JOB, Stage.OWNER, MANIFEST, "key", "hash", null),
            stage.manifests.apply(MANIFEST),
            null,
            null,
            null,
            List.of());
  }

  @Test
  void itIsTheSameJobAndGoesOnHere() {
    CompletionStage<SubmittedJob> first = submit();
    CompletionStage<SubmittedJob> second = submit();
    stage.settle();
    CompletionStage<SubmittedJob> third = submit();
    stage.settle();

    assertThat(first).isCompletedWithValueMatching(made -> made.jobId().equals(Stage.JOB));
    assertThat(second).isCompletedWithValueMatching(made -> made.jobId().equals(Stage.JOB));
    assertThat(third).isCompletedWithValueMatching(made -> made.jobId().equals(Stage.JOB));
    assertThat(stage.engine().openJobs()).isEqualTo(1);
    assertThat(stage.running()).containsExactly("work");
    stage.succeed("work").succeed("end");
    assertThat(stage.status()).isEqualTo("completed");
    assertThat(stage.engine().openJobs()).isZero();
  }

  @Test
  void nobodyTakesItOverFromItself() {
    submit();
    stage.settle();
    submit();
    stage.settle();
    stage.engine().recover();
    stage.settle().advance(1000);

    assertThat(stage.running()).containsExactly("work");
    assertThat(stage.events("job_recovery_started")).isEmpty();
    CompletionStage<JobStatus> cancelled =
        stage.ask(engine -> engine.commands().cancel(Stage.JOB, null, null));
    stage.advance(1000).letStop();
    assertThat(cancelled).isCompletedWithValue(JobStatus.CANCELLED);
  }
}
