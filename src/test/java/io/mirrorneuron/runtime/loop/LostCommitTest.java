package io.mirrorneuron.runtime.loop;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.runtime.loop.Stage.Loss;
import io.mirrorneuron.runtime.port.JobStatus;
import io.mirrorneuron.wire.Json;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The store goes away in the middle of a commit, and nobody knows whether it was written. */
class LostCommitTest {
  private final Stage stage =
      new Graph().program("work").program("end").edge("work", "end", "*").start();

  @ParameterizedTest
  @EnumSource(names = {"REQUEST", "ANSWER", "FULL"})
  void aProgramWhoseEndIsKnownDoesNotRunAgain(Loss loss) {
    stage.nextCommit = loss;

    stage.succeed("work").advance(1000);

    assertThat(stage.running()).containsExactly("end");
    assertThat(stage.events("sandbox_job_completed")).hasSize(1);
    assertThat(stage.events("executor_lease_requested"))
        .filteredOn(event -> event.path("agent_id").asText().equals("work"))
        .hasSize(1);
    assertThat(stage.succeed("end").status()).isEqualTo("completed");
  }

  @ParameterizedTest
  @EnumSource(names = {"REQUEST", "ANSWER", "FULL"})
  void programsThatStillRunAreLeftAlone(Loss loss) {
    Stage two =
        new Graph()
            .router("in")
            .program("a")
            .program("b")
            .edge("in", "a", "*")
            .edge("in", "b", "*")
            .start();
    two.nextCommit = loss;

    two.succeed("a").advance(1000);

    assertThat(two.running()).containsExactly("b");
    assertThat(two.succeed("b").status()).isEqualTo("completed");
  }

  /** Else the next commit would be made on top of a state that the store has not got. */
  @Test
  void whatTheStoreHasForgottenIsDoneAgainAndWhatFollowedFromItIsEnded() {
    stage.nextCommit = Loss.FORGOTTEN;
    stage.succeed("work");
    assertThat(stage.running()).containsExactly("end");

    stage.replaceStore();
    assertThat(stage.isStopped("end")).isTrue();
    assertThat(stage.running()).as("not before that has ended").containsExactly("end");

    stage.letStop();
    stage.programs.forgetEnded();
    stage.advance(1000);
    assertThat(stage.running()).containsExactly("work");
    stage.succeed("work");
    assertThat(stage.succeed("end").status()).isEqualTo("completed");
    assertThat(stage.events("sandbox_job_completed")).hasSize(2);
  }

  @Test
  void programsGoOnWhenTheStoreHasForgottenNothing() {
    stage.replaceStore();

    assertThat(stage.isStopped("work")).isFalse();
    stage.succeed("work");
    assertThat(stage.succeed("end").status()).isEqualTo("completed");
  }

  private static MnException failure(CompletionStage<?> reported) {
    return (MnException) reported.toCompletableFuture().exceptionNow();
  }

  @Test
  void whatTheStoreHasRefusedForAFullDiskHasNotHappened() {
    stage.nextCommit = Loss.FULL;
    CompletionStage<JobStatus> pause =
        stage.ask(engine -> engine.commands().pause(Stage.JOB, false, null));

    assertThat(failure(pause)).hasMessage("the disk is full");
    assertThat(stage.advance(60_000).status()).isEqualTo("running");
  }

  @ParameterizedTest
  @EnumSource(names = {"REQUEST", "ANSWER"})
  void aSubmissionInDoubtSaysSo(Loss loss) {
    stage.nextCreation = loss;

    assertThat(failure(stage.another("job-2", new Graph().program("work").toString())))
        .hasMessageContaining("may have happened all the same: look at job job-2")
        .hasFieldOrPropertyWithValue("error", "may_have_happened");
  }

  @ParameterizedTest
  @EnumSource(names = {"REQUEST", "ANSWER"})
  void aPauseInDoubtIsRefusedAtOnceAndMayBeAskedForAgain(Loss loss) {
    stage.nextCommit = loss;
    CompletionStage<JobStatus> pause =
        stage.ask(engine -> engine.commands().pause(Stage.JOB, false, null));

    assertThat(failure(pause).error()).isEqualTo("may_have_happened");

    stage.advance(1000).letStop();
    CompletionStage<JobStatus> again =
        stage.ask(engine -> engine.commands().pause(Stage.JOB, false, null));
    stage.advance(1000).letStop();
    assertThat(again.toCompletableFuture()).isCompletedWithValue(JobStatus.PAUSED);
  }

  @ParameterizedTest
  @EnumSource(names = {"REQUEST", "ANSWER"})
  void aDeliveryInDoubtIsRefusedAndNeverMadeTwice(Loss loss) {
    stage.nextCommit = loss;
    CompletionStage<JobStatus> delivery =
        stage.ask(engine -> engine.commands().deliver(Stage.JOB, "end", Json.object()));

    stage.advance(1000);

    assertThat(failure(delivery))
        .hasMessageContaining("may have happened all the same: look at the job");
    assertThat(stage.running()).hasSize(loss == Loss.ANSWER ? 2 : 1);
  }

  @Test
  void aCompletionWhoseAnswerWasLostStillStopsWhatRuns() {
    Stage two =
        new Graph()
            .router("in")
            .program("a")
            .program("b")
            .edge("in", "a", "*")
            .edge("in", "b", "*")
            .start();
    two.nextCommit = Loss.ANSWER;

    two.succeed("a", "{'complete_run':true}").advance(1000);

    assertThat(two.status()).isEqualTo("completed");
    assertThat(two.isStopped("b")).isTrue();
    assertThat(two.engine().openJobs()).isZero();
  }

  @Test
  void aMessageIsAcceptedOnlyOnceItIsStored() {
    stage.nextCommit = Loss.LATE;
    stage.succeed("work");
    CompletionStage<JobStatus> accepted =
        stage.ask(
            engine ->
                engine
                    .commands()
                    .deliver(Stage.JOB, "work", (ObjectNode) Stage.json("{'body':7}")));

    stage.nextCommit = Loss.LATE;
    stage.answerCommit(); // that of the turn before
    assertThat(accepted.toCompletableFuture()).isNotDone();

    stage.answerCommit();
    assertThat(accepted.toCompletableFuture()).isCompleted();
    assertThat(stage.details().at("/agents/0/mailbox_depth").asInt()).isEqualTo(1);
  }

  @Test
  void aCommandThatAFullDiskRefusesIsToldSo() {
    stage.nextCommit = Loss.FULL;
    CompletionStage<JobStatus> refused =
        stage.ask(engine -> engine.commands().pause(Stage.JOB, false, null));
    CompletionStage<JobStatus> next =
        stage.ask(engine -> engine.commands().cancel(Stage.JOB, null, null));

    for (CompletionStage<JobStatus> answer : List.of(refused, next)) {
      assertThat(answer.toCompletableFuture())
          .failsWithin(Duration.ZERO)
          .withThrowableOfType(ExecutionException.class)
          .havingCause()
          .isInstanceOfSatisfying(
              MnException.class, full -> assertThat(full.code()).isEqualTo(ErrorCode.STORAGE_FULL));
    }
  }

  /** Something may have been written beside the job. */
  @Test
  void aCommitThatIsRefusedOnceIsMadeOnTopOfWhatIsStored() {
    stage.refused = 1;

    stage.succeed("work").advance(1000);

    assertThat(stage.running()).containsExactly("end");
    assertThat(stage.succeed("end").status()).isEqualTo("completed");
  }

  @Test
  void aJobWhoseCommitIsRefusedForGoodFails() {
    stage.refused = 2;

    stage.succeed("work").advance(1000).advance(1000);

    assertThat(stage.status()).isEqualTo("failed");
    assertThat(stage.details().at("/job/result/error/code").asText()).isEqualTo("runtime.failure");
    assertThat(stage.details().at("/job/result/reason").asText())
        .contains("the store refuses its state: WRONGTYPE");
    assertThat(stage.running()).isEmpty();
  }

  @Test
  void oneThatCannotEvenFailSaysWhyAndCanBeCancelled() {
    stage.refused = 4; // the one that marks it as blocked too

    stage.succeed("work").advance(1000).advance(1000).advance(1000);

    assertThat(stage.engine().openJobs()).isZero();
    assertThat(stage.refused).isZero();
    assertThat(stage.why().summary()).contains("WRONGTYPE");
    CompletionStage<JobStatus> pause =
        stage.ask(engine -> engine.commands().pause(Stage.JOB, false, null));
    assertThat(pause.toCompletableFuture())
        .failsWithin(Duration.ZERO)
        .withThrowableOfType(ExecutionException.class)
        .withMessageContaining("cannot go on: WRONGTYPE");
    stage.refused = 1;

    assertThat(
            stage
                .ask(engine -> engine.commands().cancel(Stage.JOB, "anna", "no use"))
                .toCompletableFuture())
        .isCompletedWithValue(JobStatus.CANCELLED);

    assertThat(stage.status()).isEqualTo("cancelled");
    assertThat(stage.why().cancelledBy()).isEqualTo("anna");
    assertThat(stage.events("job_cancelled"))
        .singleElement()
        .satisfies(
            event -> assertThat(event.path("state_given_up").asText()).contains("WRONGTYPE"));
  }

  @Test
  void aStoreThatHasNoRoomIsTriedEverLessOften() {
    for (int i = 0; i < 5; i++) {
      stage.nextCommit = Loss.FULL;
      if (i == 0) {
        stage.succeed("work");
      } else {
        stage.advance(250L << (i - 1));
      }
    }
    stage.advance(250L << 3);
    assertThat(stage.running()).as("four seconds are not over").isEmpty();

    stage.advance(250L << 3);

    assertThat(stage.running()).containsExactly("end");
  }
}
