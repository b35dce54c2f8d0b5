package io.mirrorneuron.runtime.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mirrorneuron.config.Config.DefaultRunner;
import io.mirrorneuron.model.StepOutcome;
import io.mirrorneuron.model.StepPhase;
import io.mirrorneuron.runtime.loop.Flow;
import io.mirrorneuron.runtime.manifest.Manifests;
import io.mirrorneuron.wire.Json;
import org.junit.jupiter.api.Test;

/** What may happen to the records of a job, and what may not. */
class TransitionsTest {
  private final JobState state =
      new JobState(
          "job-1",
          new Manifests(DefaultRunner.HOST_LOCAL)
              .parse(new Flow().step("a").step("b").edge("a", "b").toString()),
          new JobHeader(JobOrigin.of(1, "run-1", null)),
          1024);
  private final StepState step = state.steps().get("a");

  private Message message() {
    return Message.builder("job-1", "runtime", "a", "init").build(1, "a");
  }

  @Test
  void aStepStartsOnce() {
    step.start(message(), 5);

    assertThat(step.attempt()).isEqualTo(1);
    assertThatThrownBy(() -> step.start(message(), 6)).hasMessage("step a has started");
  }

  @Test
  void aStepEndsOnceAndForGood() {
    step.start(message(), 5);
    step.end(StepPhase.COMPLETED, StepOutcome.SUCCESS, null, 7);

    assertThat(step.times().endedAt()).isEqualTo(7);
    assertThatThrownBy(() -> step.end(StepPhase.FAILED, StepOutcome.FAILED, "late", 8))
        .hasMessage("step a has ended");
    assertThatThrownBy(step::scheduleRetry).hasMessage("step a has ended");
  }

  @Test
  void aStepDoesNotEndInAPhaseThatGoesOn() {
    assertThatThrownBy(() -> step.end(StepPhase.RUNNING, StepOutcome.SUCCESS, null, 7))
        .hasMessage("step a cannot end as running");
  }

  @Test
  void noAttemptBeginsWithoutAMessage() {
    assertThatThrownBy(() -> step.beginAttempt(5)).hasMessage("step a has no message to work on");
  }

  @Test
  void noProgramRunsForAnEmptyMailbox() {
    Mailbox mailbox = step.mailboxes().entry();

    assertThatThrownBy(() -> state.schedule().fly(mailbox, Flight.first("x", 0)))
        .isInstanceOf(IllegalStateException.class);
    assertThat(state.schedule().flying()).isZero();
  }

  @Test
  void whatHasHappenedIsStoredWithTheNextCommit() {
    state.takeDelta();
    step.start(message(), 5);

    assertThat(Json.parseObject(state.takeDelta().set().get("s:a"), "step").path("status").asText())
        .isEqualTo("queued");
    assertThat(state.hasChanges()).isFalse();
  }
}
