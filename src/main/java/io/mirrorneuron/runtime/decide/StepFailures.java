package io.mirrorneuron.runtime.decide;

import io.mirrorneuron.runtime.port.Executions.Ending;
import io.mirrorneuron.runtime.port.Executions.Outcome;
import io.mirrorneuron.runtime.state.StepState;

/** Cause and remediation of a failed attempt of a step. */
final class StepFailures {
  private StepFailures() {}

  static Failure of(StepState step, Outcome outcome, boolean mayRetry) {
    return ended(step, outcome, mayRetry).withStderrTail(outcome.stderrTail());
  }

  private static Failure ended(StepState step, Outcome outcome, boolean mayRetry) {
    return switch (outcome.ending()) {
      case TIMED_OUT ->
          failure(
              step,
              "workflow.step.timeout",
              "timeout",
              outcome.error(),
              mayRetry,
              "Raise control.timeout_seconds of the step, or find out what its program waits for.");
      case BEACON_MISSED ->
          failure(
              step,
              "workflow.step.heartbeat_timeout",
              "timeout",
              outcome.error(),
              mayRetry,
              "Have the program print beacons more often, or set agent_beacon_required to false.");
      case OUT_OF_MEMORY, TOO_MANY_PROCESSES ->
          failure(
              step,
              ProgramFailures.limitCode(outcome.ending()),
              "runtime",
              outcome.error(),
              mayRetry,
              ProgramFailures.LESS);
      default ->
          failure(
              step,
              outcome.ending() == Ending.NOT_STARTED
                  ? "runtime.job_runner.failed"
                  : failedCode(step),
              "runtime",
              outcome.error(),
              mayRetry,
              remediation(step, outcome, mayRetry));
    };
  }

  private static String remediation(StepState step, Outcome outcome, boolean mayRetry) {
    boolean isTriedOnce = step.declared().retry().maxAttempts() <= 1;
    return mayRetry && isTriedOnce && outcome.advice().isEmpty()
        ? ProgramFailures.STDERR + "; control.retry.max_attempts of the step has it tried again."
        : ProgramFailures.otherThanAgain(outcome);
  }

  static Failure reported(StepState step, String reason) {
    return failure(
        step,
        failedCode(step),
        "runtime",
        reason,
        true,
        "The program of the step says so itself; see the events it printed.");
  }

  static Failure overdue(StepState step) {
    return failure(
        step,
        "workflow.step.timeout",
        "timeout",
        "its agent did not get what it waits for in time",
        false,
        "Check complete_after of the agent against the number of messages that can reach it.");
  }

  private static String failedCode(StepState step) {
    boolean tried = step.attempt() > 1 && step.attempt() >= step.declared().retry().maxAttempts();
    return tried ? "workflow.step.retry_exhausted" : "runtime.job.failed";
  }

  private static Failure failure(
      StepState step,
      String code,
      String category,
      String reason,
      boolean retryable,
      String remediation) {
    return Failure.of(code, category, Failure.reported("step " + step.id() + " failed", reason))
        .withRetryable(retryable)
        .withRemediation(remediation)
        .withAttempt(step.attempt(), step.declared().retry().maxAttempts())
        .withComponent("workflow_ledger")
        .withAgent(step.mailboxes().entry().agentId())
        .withStep(step.id());
  }
}
