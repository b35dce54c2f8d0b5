package io.mirrorneuron.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.cli.JobView.ProgressText;
import io.mirrorneuron.cli.ProgressLine.State;
import io.mirrorneuron.wire.JobDetailForm;
import io.mirrorneuron.wire.JobEventFacts;
import io.mirrorneuron.wire.Json;
import java.io.PrintWriter;
import java.io.Writer;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.Test;

class JobProgressTest {
  private static final long SECOND = 1_000;
  private static final long START = Instant.parse("2026-06-20T10:00:00Z").toEpochMilli();

  private final AtomicLong clock = new AtomicLong(START);
  private final JobProgress progress = new JobProgress(JobDetailForm.read(details()), clock::get);
  private final ProgressLine work = progress.lines().getFirst();

  private static ObjectNode details() {
    ObjectNode details = Json.object();
    details.putObject("job").put("status", "pending");
    ArrayNode agents = details.putArray("agents");
    agents.addObject().put("agent_id", "work").put("agent_type", "executor");
    agents.addObject().put("agent_id", "sink").put("agent_type", "aggregator");
    return details;
  }

  private void event(String type, String agent, String... payload) {
    ObjectNode event = Json.object().put("type", type);
    if (agent != null) {
      event.put("agent_id", agent);
    }
    if (payload.length > 0) {
      event.putObject("payload").put(payload[0], payload[1]);
    }
    progress.accept(JobEventFacts.read(event));
  }

  @Test
  void anExecutorWaitsQueuesRunsAndIsDone() {
    assertThat(work.state()).isEqualTo(State.WAITING);
    event("job_running", null);
    event("agent_message_received", "work");
    assertThat(work.state()).isEqualTo(State.QUEUED);
    event("executor_lease_acquired", "work");
    clock.addAndGet(2 * SECOND);
    assertThat(work.state()).isEqualTo(State.RUNNING);
    assertThat(progress.seconds(work)).isEqualTo(2);
    event("executor_lease_released", "work");
    event("sandbox_job_completed", "work");
    clock.addAndGet(SECOND);

    assertThat(work.state()).isEqualTo(State.DONE);
    assertThat(work.count()).isEqualTo(1);
    assertThat(progress.seconds(work)).isEqualTo(2);
    assertThat(progress.seconds()).isEqualTo(3);
    assertThat(progress.done()).isEqualTo(1);
    assertThat(progress.status()).isEqualTo("running");
  }

  @Test
  void aRetryTellsItsReason() {
    event("agent_message_received", "work");
    event("message_retry_scheduled", "work", "reason", "exit code 7");

    assertThat(work.state()).isEqualTo(State.RETRYING);
    assertThat(work.note()).isEqualTo("exit code 7");
  }

  @Test
  void anAgentWithoutProcessIsDoneAtOnce() {
    event("agent_message_received", "sink");

    assertThat(progress.done()).isEqualTo(1);
  }

  @Test
  void theJobsStatusFollowsItsEvents() {
    event("job_paused", null);
    assertThat(progress.status()).isEqualTo("paused");
    event("job_resumed", null);
    assertThat(progress.status()).isEqualTo("running");
    event("job_completed", "sink");
    assertThat(progress.status()).isEqualTo("completed");
  }

  @Test
  void whatMattersMostIsShownWhenThereIsNoRoomForAll() {
    event("agent_message_received", "work");
    event("agent_message_received", "sink");

    assertThat(progress.selection(1)).containsExactly(work);
  }

  private static JobProgress ofSteps(LongSupplier clock, String... ids) {
    ObjectNode details = details();
    ObjectNode steps = details.withObject("/job/workflow_state/steps");
    for (String id : ids) {
      steps.putObject(id).put("label", "Do " + id);
    }
    details.withObject("/job/workflow_state").put("enabled", true);
    return new JobProgress(JobDetailForm.read(details), clock);
  }

  private static void step(JobProgress progress, String what, String step, String... members) {
    ObjectNode event = Json.object().put("type", "workflow_step_" + what).put("step_id", step);
    for (int i = 0; i < members.length; i += 2) {
      event.put(members[i], members[i + 1]);
    }
    progress.accept(JobEventFacts.read(event));
  }

  @Test
  void aWorkflowOfStepsShowsItsSteps() {
    JobProgress steps = ofSteps(clock::get, "dig", "plant", "rest");
    ProgressLine dig = steps.lines().getFirst();
    assertThat(dig.about).isEqualTo("Do dig");
    step(steps, "attempt_started", "dig", "attempt", "1");
    clock.addAndGet(SECOND);
    step(steps, "attempt_retry_scheduled", "dig", "reason", "a root in the way");
    assertThat(dig.state()).isEqualTo(State.RETRYING);
    assertThat(dig.note()).isEqualTo("a root in the way");
    clock.addAndGet(SECOND);
    step(steps, "attempt_started", "dig", "attempt", "2");
    clock.addAndGet(SECOND);
    step(steps, "completed", "dig");
    step(steps, "partial", "plant", "reason", "too dry");
    step(steps, "skipped", "rest", "reason", "no time");

    assertThat(steps.lines())
        .extracting(ProgressLine::state)
        .containsExactly(State.DONE, State.PARTIAL, State.SKIPPED);
    assertThat(dig.count()).isEqualTo(2);
    assertThat(steps.seconds(dig)).isEqualTo(2);
    assertThat(steps.done()).isEqualTo(3);
  }

  @Test
  void whatHasFailedSaysWhenItIsTriedAgain() {
    JobProgress steps = ofSteps(clock::get, "dig");
    ProgressLine dig = steps.lines().getFirst();
    ObjectNode event = Json.object().put("type", "workflow_step_attempt_retry_scheduled");
    event.put("step_id", "dig").put("timestamp", "2026-06-20T10:00:00.000Z");
    steps.accept(JobEventFacts.read(event.put("retry_at", "2026-06-20T10:00:02.000Z")));
    assertThat(steps.untilNextTry(dig)).isEqualTo(2);
    clock.addAndGet(SECOND);
    assertThat(steps.untilNextTry(dig)).isEqualTo(1);
    clock.addAndGet(5 * SECOND);
    assertThat(steps.untilNextTry(dig)).isZero();

    ObjectNode agent = Json.object().put("type", "message_retry_scheduled").put("agent_id", "work");
    agent.putObject("payload").put("delay_ms", 3000).put("reason", "exit code 1");
    progress.accept(JobEventFacts.read(agent));
    assertThat(progress.untilNextTry(work)).isEqualTo(3);
    assertThat(
            ProgressText.line(
                JobEventFacts.read(agent),
                new Output(new PrintWriter(Writer.nullWriter()), AnsiStyle.PLAIN, 80)))
        .endsWith("work           next try in 3 s  exit code 1");
  }

  @Test
  void instancesStandBelowTheStepTheyAreOf() {
    JobProgress steps = ofSteps(clock::get, "split", "map", "join");
    step(steps, "skipped", "map", "outcome", "mapped", "reason", "unimportant");
    step(steps, "attempt_started", "map[0]", "attempt", "1");
    step(steps, "attempt_started", "map[1]", "attempt", "1");

    assertThat(steps.lines())
        .extracting(line -> line.id + " " + line.state().word())
        .containsExactly(
            "split waiting", "map skipped", "map[0] running", "map[1] running", "join waiting");
  }

  private static void at(JobProgress progress, int second, String type, String... members) {
    ObjectNode event = Json.object().put("type", type);
    event.put("timestamp", Instant.ofEpochMilli(START + second * SECOND).toString());
    for (int i = 0; i < members.length; i += 2) {
      event.put(members[i], members[i + 1]);
    }
    progress.accept(JobEventFacts.read(event));
  }

  @Test
  void theEventsOfAnEndedJobTellHowLongItTook() {
    JobProgress steps = ofSteps(clock::get, "dig", "plant");
    clock.addAndGet(7200 * SECOND);
    at(steps, 0, "job_pending");
    at(steps, 1, "workflow_step_attempt_started", "step_id", "dig", "attempt", "1");
    at(steps, 26, "workflow_step_completed", "step_id", "dig");
    at(steps, 28, "job_completed");

    assertThat(steps.seconds(steps.lines().getFirst())).isEqualTo(25);
    assertThat(steps.seconds()).isEqualTo(28);
  }

  @Test
  void aForkHasTheStepsThatItsSourceHadDone() {
    ObjectNode details = details();
    details.withObject("/job/workflow_state").put("enabled", true);
    ObjectNode known = details.withObject("/job/workflow_state/steps");
    known.putObject("dig").put("status", "completed");
    known.putObject("plant").put("status", "running");
    JobProgress fork = new JobProgress(JobDetailForm.read(details), clock::get);
    assertThat(fork.done()).as("nothing before an event tells it").isZero();
    at(fork, 0, "job_running");
    at(fork, 0, "job_forked_from", "source_job_id", "j");

    assertThat(fork.status()).isEqualTo("running");
    assertThat(fork.lines())
        .extracting(line -> line.state().word())
        .containsExactly("done", "waiting");
    assertThat(fork.done()).isEqualTo(1);
  }

  @Test
  void nothingRunsAnyMoreWhenTheJobIsCancelled() {
    JobProgress steps = ofSteps(clock::get, "dig", "plant", "rest");
    at(steps, 0, "workflow_step_completed", "step_id", "dig");
    at(steps, 1, "workflow_step_attempt_started", "step_id", "plant", "attempt", "1");
    at(steps, 3, "job_cancelled");

    assertThat(steps.lines())
        .extracting(line -> line.state().word())
        .containsExactly("done", "stopped", "waiting");
    clock.addAndGet(60 * SECOND);
    assertThat(steps.seconds(steps.lines().get(1))).isEqualTo(2);
  }
}
