package io.mirrorneuron.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.cli.ProgressLine.State;
import io.mirrorneuron.wire.JobDetailForm;
import io.mirrorneuron.wire.JobEventFacts;
import io.mirrorneuron.wire.Json;
import java.io.PrintWriter;
import java.io.Writer;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.Test;

class JobProgressTest {
  private static final long SECOND = 1_000_000_000L;

  private final AtomicLong nanos = new AtomicLong(SECOND);
  private final JobProgress progress = new JobProgress(JobDetailForm.read(details()), nanos::get);
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
    nanos.addAndGet(2 * SECOND);
    assertThat(work.state()).isEqualTo(State.RUNNING);
    assertThat(progress.seconds(work)).isEqualTo(2);
    event("executor_lease_released", "work");
    event("sandbox_job_completed", "work");
    nanos.addAndGet(SECOND);

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

  private static JobProgress ofSteps(LongSupplier nanos, String... ids) {
    ObjectNode details = details();
    ObjectNode steps = details.withObject("/job/workflow_state/steps");
    for (String id : ids) {
      steps.putObject(id).put("label", "Do " + id);
    }
    details.withObject("/job/workflow_state").put("enabled", true);
    return new JobProgress(JobDetailForm.read(details), nanos);
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
    JobProgress steps = ofSteps(nanos::get, "dig", "plant", "rest");
    ProgressLine dig = steps.lines().getFirst();
    assertThat(dig.about).isEqualTo("Do dig");
    step(steps, "attempt_started", "dig", "attempt", "1");
    nanos.addAndGet(SECOND);
    step(steps, "attempt_retry_scheduled", "dig", "reason", "a root in the way");
    assertThat(dig.state()).isEqualTo(State.RETRYING);
    assertThat(dig.note()).isEqualTo("a root in the way");
    nanos.addAndGet(SECOND);
    step(steps, "attempt_started", "dig", "attempt", "2");
    nanos.addAndGet(SECOND);
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
    JobProgress steps = ofSteps(nanos::get, "dig");
    ProgressLine dig = steps.lines().getFirst();
    ObjectNode event = Json.object().put("type", "workflow_step_attempt_retry_scheduled");
    event.put("step_id", "dig").put("timestamp", "2026-06-20T10:00:00.000Z");
    steps.accept(JobEventFacts.read(event.put("retry_at", "2026-06-20T10:00:02.000Z")));
    assertThat(steps.untilNextTry(dig)).isEqualTo(2);
    nanos.addAndGet(SECOND);
    assertThat(steps.untilNextTry(dig)).isEqualTo(1);
    nanos.addAndGet(5 * SECOND);
    assertThat(steps.untilNextTry(dig)).isZero();

    ObjectNode agent = Json.object().put("type", "message_retry_scheduled").put("agent_id", "work");
    agent.putObject("payload").put("delay_ms", 3000).put("reason", "exit code 1");
    progress.accept(JobEventFacts.read(agent));
    assertThat(progress.untilNextTry(work)).isEqualTo(3);
    assertThat(
            ProgressWords.line(
                JobEventFacts.read(agent),
                new Output(new PrintWriter(Writer.nullWriter()), AnsiStyle.PLAIN, 80)))
        .endsWith("work           next try in 3 s  exit code 1");
  }

  @Test
  void instancesStandBelowTheStepTheyAreOf() {
    JobProgress steps = ofSteps(nanos::get, "split", "map", "join");
    step(steps, "skipped", "map", "outcome", "mapped", "reason", "unimportant");
    step(steps, "attempt_started", "map[0]", "attempt", "1");
    step(steps, "attempt_started", "map[1]", "attempt", "1");

    assertThat(steps.lines())
        .extracting(line -> line.id + " " + line.state().word())
        .containsExactly(
            "split waiting", "map skipped", "map[0] running", "map[1] running", "join waiting");
  }
}
