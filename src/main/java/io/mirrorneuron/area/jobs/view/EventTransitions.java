package io.mirrorneuron.area.jobs.view;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/**
 * What events do to a job, its steps and their workers: the table of {@code rest.md} section 9.4.
 * Of a step with a ledger they move the workers only, see {@link ShownStep}.
 */
final class EventTransitions {
  private static final List<String> LOOKS_FINISHED =
      List.of(
          "_completed",
          "_done",
          "_observed",
          "_updated",
          "_sent",
          "_skipped",
          "_error",
          "_failed",
          "_generated");

  private final Plan plan;
  private final EventSubjects subjects;
  private String status = "submitting";
  private ShownStep current;
  private ObjectNode failure;
  private long now;
  private long endedAt;

  EventTransitions(Plan plan, EventSubjects subjects) {
    this.plan = plan;
    this.subjects = subjects;
  }

  /** The status of the job as events tell it; {@code submitting} before the first. */
  String status() {
    return status;
  }

  /** The step that began last, or null. */
  String currentStep() {
    return current == null ? null : current.plan.id();
  }

  /** The last failure that an event told, or null. */
  ObjectNode failure() {
    return failure;
  }

  /** In milliseconds since the epoch; 0 while no event has ended the job. */
  long endedAt() {
    return endedAt;
  }

  /**
   * @param at when it happened, in milliseconds since the epoch
   * @param step that it is about, or null
   * @param worker that it is about, or null
   */
  void apply(JobEvent event, long at, ShownStep step, WorkState worker) {
    now = at;
    String type = event.type();
    if (type.startsWith("job_")) {
      job(event, type);
    } else if (step != null) {
      step(event, type, step, worker);
    }
    for (ShownStep emitting : subjects.emitting(type)) {
      emitting.end(null, StepStatus.DONE, now);
      emitting.plan.next().forEach(id -> start(subjects.step(id)));
    }
  }

  private void job(JobEvent event, String type) {
    switch (type) {
      case "job_pending" -> status = "preparing";
      case "job_validated" -> status = "validated";
      case "job_scheduled" -> begin("scheduled");
      case "job_running" -> begin("running");
      case "job_pausing" -> hold("pausing", StepStatus.PAUSING);
      case "job_paused" -> hold("paused", StepStatus.PAUSED);
      case "job_cancelling" -> status = "cancelling";
      case "job_resumed" -> {
        status = "running";
        subjects.steps().forEach(ShownStep::release);
      }
      case "job_completed" -> finish("completed");
      case "job_failed" -> {
        note(Errors.of(event));
        finish("failed");
      }
      case "job_cancelled" -> finish("cancelled");
      default -> {
        // says nothing of how far the job is
      }
    }
  }

  private void begin(String word) {
    status = word;
    if (!plan.isLasting()) {
      start(current == null ? subjects.step(plan.layers().getFirst().getFirst()) : current);
    }
  }

  private void hold(String word, StepStatus how) {
    status = word;
    subjects.steps().forEach(step -> step.hold(how));
  }

  private void finish(String word) {
    status = word;
    endedAt = now;
    subjects.steps().forEach(step -> step.close(StepStatus.atEnd(word), now));
  }

  private void start(ShownStep step) {
    if (step != null) {
      current = step;
      step.start(now);
    }
  }

  private void start(ShownStep step, WorkState worker) {
    current = step;
    step.start(worker, now);
  }

  private void step(JobEvent event, String type, ShownStep step, WorkState worker) {
    switch (type) {
      case "workflow_step_started", "blueprint_phase_started" -> start(step);
      case "workflow_step_attempt_started", "workflow_step_beacon" -> {
        start(step, worker);
        step.attempt(worker, event);
      }
      case "workflow_step_ready" -> step.ready(worker);
      case "workflow_step_completed", "blueprint_phase_completed" ->
          step.end(
              worker, plan.isLasting() && step.isAtWork() ? StepStatus.IDLE : StepStatus.DONE, now);
      case "workflow_step_partial" -> step.end(worker, StepStatus.PARTIAL, now);
      case "workflow_step_skipped" -> {
        if (!"mapped".equals(event.ownText("outcome"))) { // then its instances are at work
          step.end(worker, StepStatus.SKIPPED, now);
        }
      }
      case "workflow_step_failed", "blueprint_phase_failed", "workflow_step_timed_out" ->
          step.fail(worker, note(Errors.of(event)), now);
      case "workflow_step_attempt_timed_out", "workflow_step_attempt_retry_scheduled" -> {
        step.workerFailed(worker, StepStatus.RETRY_WAIT, note(Errors.of(event)), now);
        step.attempt(worker, event);
      }
      case "workflow_step_blocked", "workflow_message_dead_lettered" ->
          step.block(worker, event.text("reason"), now);
      default -> agent(event, type, step, worker);
    }
  }

  private void agent(JobEvent event, String type, ShownStep step, WorkState worker) {
    switch (type) {
      case "agent_beacon", "workflow_worker_started" -> start(step, worker);
      case "agent_beacon_missed", "sandbox_job_failed" ->
          step.workerFailed(worker, StepStatus.FAILED, note(Errors.of(event)), now);
      case "workflow_step_attempt_completed", "sandbox_job_completed" ->
          step.workerDone(worker, plan.isLasting() ? StepStatus.IDLE : StepStatus.DONE, now);
      case "agent_message_received", "aggregator_received" -> {
        if (worker != null) { // a message for a scattered step is for an instance, but which
          start(step, worker);
        }
      }
      default -> {
        if (plan.isLasting()) {
          serve(type, step, worker);
        }
      }
    }
  }

  private void serve(String type, ShownStep step, WorkState worker) {
    if (type.equals("executor_lease_requested") || type.equals("executor_lease_acquired")) {
      start(step, worker);
    } else if (type.equals("route_selected") || type.equals("route_evaluated")) {
      step.end(worker, StepStatus.DONE, now);
    } else if (type.equals("executor_lease_released")
        || LOOKS_FINISHED.stream().anyMatch(type::endsWith)
        || type.contains("completed")
        || type.contains("observed")
        || type.contains("idle")) {
      step.end(worker, StepStatus.IDLE, now);
    }
  }

  private ObjectNode note(ObjectNode error) {
    failure = error == null ? failure : error;
    return error;
  }
}
