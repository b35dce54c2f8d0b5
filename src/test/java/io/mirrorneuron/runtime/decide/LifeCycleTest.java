package io.mirrorneuron.runtime.decide;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.mirrorneuron.runtime.loop.Graph;
import io.mirrorneuron.runtime.loop.Stage;
import io.mirrorneuron.runtime.port.Executions.Ending;
import io.mirrorneuron.runtime.port.JobStatus;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Retries, pause, resume, cancel and what follows a crash. */
class LifeCycleTest {
  private static Graph retried(String more) {
    return new Graph()
        .program("work", "{'max_attempts':3,'retry_backoff_ms':100" + more + "}")
        .router("end")
        .edge("work", "end", "*");
  }

  @Test
  void theWarningsOfTheManifestAreAnEvent() {
    Stage stage = new Graph().program("work", "{'comand':['gpu']}").start();

    assertThat(stage.event("job_warnings").at("/warnings/0").asText())
        .isEqualTo("nodes.work.config.comand is not read; did you mean command?");
    assertThat(retried("").start().events("job_warnings")).isEmpty();
  }

  @Test
  void aFailedProgramIsTriedAgainAfterDoubledWaits() {
    Stage stage = retried("").start().fail("work", 1);

    assertThat(stage.running()).isEmpty();
    assertThat(stage.advance(99).running()).isEmpty();
    assertThat(stage.advance(1).running()).containsExactly("work");
    stage.fail("work", 1).advance(199);
    assertThat(stage.running()).isEmpty();
    stage.advance(1).succeed("work");

    assertThat(stage.status()).isEqualTo("completed");
    assertThat(stage.details().at("/summary/sandbox_names/0").asText()).isEqualTo("box");
    assertThat(stage.events("message_retry_scheduled"))
        .extracting(e -> e.at("/payload/attempt").asInt() + " " + e.at("/payload/delay_ms").asInt())
        .containsExactly("2 100", "3 200");
    assertThat(stage.event("sandbox_job_completed").at("/payload/attempts").asInt()).isEqualTo(3);
  }

  @Test
  void aProgramThatFailsAtEachTryFailsTheJobWithTheWholeStory() {
    Stage stage = retried("").start();
    stage.fail("work", 1).advance(100).fail("work", 1).advance(200).fail("work", 7);

    assertThat(stage.status()).isEqualTo("failed");
    JsonNode error = stage.result().path("error");
    assertThat(error.path("schema_version").asText()).isEqualTo("mn.error.v1");
    assertThat(error.path("code").asText()).isEqualTo("runtime.job.failed");
    assertThat(error.at("/details/attempt").asInt()).isEqualTo(3);
    assertThat(error.at("/details/max_attempts").asInt()).isEqualTo(3);
    assertThat(stage.result().path("agent_id").asText()).isEqualTo("work");
    assertThat(stage.result().path("reason")).isEqualTo(error.path("desc"));
    assertThat(stage.event("job_failed").path("error")).isEqualTo(error);
    assertThat(stage.event("sandbox_job_failed").at("/payload/exit_code").asInt()).isEqualTo(7);
    assertThat(stage.details().at("/agents/0/status").asText()).isEqualTo("error");
  }

  @ParameterizedTest
  @CsvSource({"64, false", "65, false", "1, true"})
  void anExitCodeThatIsDeclaredPermanentIsNotTriedAgain(int code, boolean retried) {
    Stage stage = retried(",'no_retry_exit_codes':[64,65]").start().fail("work", code);

    assertThat(stage.status()).isEqualTo(retried ? "running" : "failed");
  }

  @ParameterizedTest
  @CsvSource({"TIMED_OUT, timeout", "BEACON_MISSED, timeout", "NOT_STARTED, runtime"})
  void theCategoryOfAFailureSaysWhatItWas(Ending ending, String category) {
    Stage stage = once().start().end("work", ending, "because");

    assertThat(stage.result().at("/error/details/category").asText()).isEqualTo(category);
    assertThat(stage.events("agent_beacon_missed")).hasSize(ending == Ending.BEACON_MISSED ? 1 : 0);
  }

  @Test
  void theWayOutIsWholeInTheReasonAndInWhatToDo() {
    String print = "0123456789abcdef".repeat(4);
    String cause = "confinement not allowed: add " + print + " to executor.allowed_bundles";
    String long_ = "a".repeat(200);
    Graph graph = new Graph().program(long_, "{'max_attempts':3}");
    Stage stage = graph.start().end(long_, Ending.NOT_STARTED, cause + "\nMore words.");

    assertThat(stage.result().path("reason").asText()).isEqualTo(cause);
    assertThat(stage.result().path("status_reason").asText()).isEqualTo(cause);
    assertThat(stage.result().at("/error/details/message").asText())
        .isEqualTo(cause + "\nMore words.\nagent " + long_ + " failed");
    assertThat(stage.result().at("/error/remediation").asText()).isEqualTo("More words.");

    Stage brief = once().start().end("work", Ending.NOT_STARTED, cause + "\nMore words.");
    assertThat(brief.result().path("reason").asText()).isEqualTo("agent work failed: " + cause);
  }

  @Test
  void moreAttemptsAreAdvisedOnlyWhereTheyAreAWayOut() {
    String advice = "set max_attempts";
    assertThat(remedy(once().start().fail("work", 1))).contains(advice);
    assertThat(remedy(once().start().end("work", Ending.NOT_STARTED, "no such command")))
        .doesNotContain(advice);
    assertThat(remedy(once().start().end("work", Ending.FAILED, "exit code 1\nAsk for more.")))
        .isEqualTo("Read stderr in the sandbox_job_failed event. Ask for more.");
    Stage tried = retried("").start();
    tried.fail("work", 1).advance(100).fail("work", 1).advance(200).fail("work", 7);
    assertThat(remedy(tried)).doesNotContain(advice);
    assertThat(remedy(retried(",'no_retry_exit_codes':[64]").start().fail("work", 64)))
        .doesNotContain(advice);
  }

  private static String remedy(Stage stage) {
    return stage.result().at("/error/remediation").asText();
  }

  private static Graph once() {
    return new Graph().program("work", "{'max_attempts':1}");
  }

  @Test
  void aProgramThatCouldNotBeStartedIsNotTriedAgain() {
    Stage stage = retried("").start().end("work", Ending.NOT_STARTED, "no such command");

    assertThat(stage.status()).isEqualTo("failed");
  }

  @Test
  void aFullQueueOfThePoolIsWaitedForAndCostsNoAttempt() {
    Stage stage =
        new Graph()
            .program("work")
            .start()
            .end("work", Ending.NOT_STARTED, "executor_pool_queue_full: 1000 wait");

    assertThat(stage.event("executor_lease_rejected").at("/payload/retry_after_ms").asInt())
        .isEqualTo(250);
    assertThat(stage.advance(250).execution("work").attempt()).isEqualTo(1);
  }

  @Test
  void aDelayedStartWaitsOnceAndKeepsTheJobOpen() {
    Stage stage =
        new Graph().program("work", "{'startup_delay_ms':5000}").inputs("work", "[1,2]").start();

    assertThat(stage.advance(4999).running()).isEmpty();
    assertThat(stage.status()).isEqualTo("running");
    assertThat(stage.advance(1).running()).containsExactly("work");
    assertThat(stage.succeed("work").running()).as("at once").containsExactly("work");
  }

  @Test
  void pauseIsReachedOnceNoProgramRunsAndStartsNone() {
    Stage stage = retried("").inputs("work", "[1,2]").start().pause();

    assertThat(stage.status()).isEqualTo("pausing");
    assertThat(stage.isStopped("work")).isTrue();
    stage.letStop();

    assertThat(stage.status()).isEqualTo("paused");
    assertThat(stage.details().at("/agents/0/status").asText()).isEqualTo("paused");
    assertThat(stage.details().at("/agents/0/lease").isObject()).isTrue();
    stage.advance(100_000);
    assertThat(stage.running()).isEmpty();
    assertThat(stage.types()).endsWith("job_paused");
  }

  @Test
  void resumeRunsWhatWasStoppedAsTheSameAttempt() {
    Stage stage = retried("").start().fail("work", 1).advance(100).pause().letStop().resume();

    assertThat(stage.execution("work").attempt()).isEqualTo(2);
    assertThat(stage.types()).endsWith("job_resumed", "executor_lease_requested");
  }

  @Test
  void aProgramThatEndsByItselfWhileTheJobIsPausingCounts() {
    Stage stage = retried("").start().pause().succeed("work");

    assertThat(stage.status()).isEqualTo("paused");
    stage.resume();
    assertThat(stage.status()).isEqualTo("completed");
    assertThat(stage.events("sandbox_job_completed")).hasSize(1);
  }

  @Test
  void aFailureWhileTheJobIsPausingFailsItAndThePauseIsRefused() {
    Stage stage = once().start();
    CompletionStage<JobStatus> pause =
        stage.ask(engine -> engine.commands().pause(Stage.JOB, false, null));

    stage.fail("work", 1);

    assertThat(stage.status()).isEqualTo("failed");
    assertThatThrownBy(() -> pause.toCompletableFuture().get())
        .hasMessageContaining("terminal state failed");
  }

  @Test
  void aRetryThatCameDueDuringThePauseRunsAfterIt() {
    Stage stage = retried("").start().fail("work", 1).pause();

    assertThat(stage.status()).isEqualTo("paused");
    assertThat(stage.advance(1000).running()).isEmpty();
    assertThat(stage.resume().running()).containsExactly("work");
  }

  @Test
  void resumeWhileProgramsAreStillBeingStoppedRunsThemAgain() {
    Stage stage = retried("").start().pause().resume();

    assertThat(stage.status()).isEqualTo("running");
    stage.letStop();

    assertThat(stage.running()).containsExactly("work");
    assertThat(stage.types()).doesNotContain("job_paused");
    assertThat(stage.succeed("work").status()).isEqualTo("completed");
  }

  @Test
  void pauseAfterPauseAndResumeAfterResumeChangeNothing() {
    Stage stage = retried("").start().pause().pause().letStop().pause();
    assertThat(stage.events("job_pausing")).hasSize(1);

    stage.resume().resume();

    assertThat(stage.events("job_resumed")).hasSize(1);
    assertThat(stage.running()).containsExactly("work");
  }

  @Test
  void cancelEndsTheJobOnlyWhenItsProgramsAreGone() {
    Stage stage = retried("").inputs("work", "[1,2]").start();
    CompletionStage<JobStatus> cancel =
        stage.ask(engine -> engine.commands().cancel(Stage.JOB, null, null));

    assertThat(stage.status()).isEqualTo("cancelling");
    assertThat(cancel.toCompletableFuture()).isNotDone();
    stage.letStop();

    assertThat(cancel.toCompletableFuture()).isCompletedWithValue(JobStatus.CANCELLED);
    assertThat(stage.result()).isEqualTo(Stage.json("{'reason':'cancelled by operator'}"));
    assertThat(stage.stored().fields().keySet()).noneMatch(field -> field.startsWith("m:"));
    assertThat(stage.types()).endsWith("job_cancelled");
    assertThat(stage.engine().openJobs()).isZero();
  }

  @Test
  void aResultThatComesAfterTheCancellationDoesNotCount() {
    Stage stage = retried("").start().cancel().succeed("work", "{'complete_run':1}");

    assertThat(stage.status()).isEqualTo("cancelled");
    assertThat(stage.types()).doesNotContain("job_completed", "sandbox_job_completed");
  }

  @Test
  void cancelDoesNotWaitForARetry() {
    Stage stage = retried("").start().fail("work", 1).cancel();

    assertThat(stage.status()).isEqualTo("cancelled");
    assertThat(stage.advance(100_000).running()).isEmpty();
  }

  @Test
  void cancelEndsAPausedJob() {
    Stage stage = retried("").start().pause().letStop().cancel();

    assertThat(stage.status()).isEqualTo("cancelled");
  }

  @Test
  void completionStopsTheProgramsThatStillRun() {
    Stage stage =
        new Graph()
            .router("in")
            .program("fast")
            .program("slow")
            .edge("in", "fast", "*")
            .edge("in", "slow", "*")
            .start();

    stage.succeed("fast", "{'complete_run':{'n':1}}");

    assertThat(stage.status()).isEqualTo("completed");
    assertThat(stage.isStopped("slow")).isTrue();
    stage.letStop();
    assertThat(stage.result().at("/output/n").asInt()).isEqualTo(1);
    assertThat(stage.types()).endsWith("job_completed");
  }

  @Test
  void anEndedJobAnswersEachCommandWithItsState() throws Exception {
    Stage stage = new Graph().router("in").start();

    assertThat(
            stage
                .ask(engine -> engine.commands().cancel(Stage.JOB, null, null))
                .toCompletableFuture()
                .get())
        .isEqualTo(JobStatus.COMPLETED);
    assertThatThrownBy(
            () ->
                stage
                    .ask(engine -> engine.commands().pause(Stage.JOB, false, null))
                    .toCompletableFuture()
                    .get())
        .hasMessageContaining("terminal state completed");
    assertThat(stage.types()).containsOnlyOnce("job_completed");
  }

  // ---- crashes

  @Test
  void whatWasInFlightRunsAgainAsTheSameAttemptOfAnotherExecution() {
    Stage stage = retried("").start().fail("work", 1).advance(100);
    String before = stage.execution("work").executionId();

    stage.crash();

    assertThat(stage.execution("work").attempt()).isEqualTo(2);
    assertThat(stage.execution("work").executionId()).isNotEqualTo(before);
    assertThat(stage.types())
        .containsSubsequence(
            "job_recovery_started", "job_recovered", "agent_recovered", "executor_lease_requested");
    assertThat(stage.event("agent_recovered").path("attempt").asInt()).isEqualTo(2);
    assertThat(stage.succeed("work").status()).isEqualTo("completed");
  }

  @Test
  void aWaitThatWasUnderWayGoesOnAfterTheCrash() {
    Stage stage = retried("").start().fail("work", 1).advance(60).crash();

    assertThat(stage.advance(39).running()).isEmpty();
    assertThat(stage.advance(1).running()).containsExactly("work");
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aPausedOrPausingJobIsPausedAfterTheCrash(boolean reached) {
    Stage stage = retried("").start().pause();
    if (reached) {
      stage.letStop();
    }

    stage.crash();

    assertThat(stage.status()).isEqualTo("paused");
    assertThat(stage.running()).isEmpty();
    assertThat(stage.resume().running()).containsExactly("work");
  }

  @Test
  void aJobThatWasBeingCancelledIsCancelledByTheNextServer() {
    Stage stage = retried("").start().cancel().crash();

    assertThat(stage.status()).isEqualTo("cancelled");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "'auto'           | {}                                  | false | true",
        "'auto'           | {}                                  | true  | false",
        "'auto'           | {'safe_to_retry':true}              | true  | true",
        "'auto'           | {'idempotency_key':'k'}             | true  | true",
        "'auto'           | {'side_effects':true}               | false | false",
        "'auto'           | {'manual_review_on_recovery':true}  | false | false",
        "'local_restart'  | {}                                  | false | true",
        "'manual_recover' | {}                                  | false | false",
      })
  void aCrashIsFollowedByReviewOrByAnotherRun(
      String mode, String config, boolean reviewInFlight, boolean runsAgain) {
    Stage stage = new Stage();
    stage.reviewInFlight = reviewInFlight;
    stage.submitText(
        new Graph()
            .with("policies", "{'recovery_mode':" + mode + "}")
            .program("work", config)
            .toString());

    stage.crash();

    assertThat(stage.running()).hasSize(runsAgain ? 1 : 0);
    assertThat(stage.status()).isEqualTo(runsAgain ? "running" : "paused");
    if (!runsAgain) {
      assertThat(stage.row().path("recovery_status").asText()).isEqualTo("paused_for_review");
      assertThat(stage.row().path("recovery_requires_review").asBoolean()).isTrue();
      assertThat(stage.event("job_paused_for_manual_restart").path("reason").asText()).isNotEmpty();
      assertThat(stage.details().at("/job/recovery/can_resume").asBoolean()).isTrue();
      stage.resume();
      assertThat(stage.running()).containsExactly("work");
      assertThat(stage.row().path("recovery_status").isNull()).isTrue();
    }
  }

  @Test
  void whatOnlyWaitedNeedsNoReview() {
    Stage stage =
        new Graph()
            .router("in")
            .program("unsafe", "{'unsafe':true,'startup_delay_ms':1000}")
            .edge("in", "unsafe", "*")
            .start();

    stage.crash().advance(1000);

    assertThat(stage.running()).containsExactly("unsafe");
  }
}
