package io.mirrorneuron.runtime.decide;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.runtime.port.Executions.Ending;
import io.mirrorneuron.runtime.port.Executions.Outcome;
import io.mirrorneuron.runtime.state.AgentState;
import io.mirrorneuron.runtime.state.JobState;
import io.mirrorneuron.runtime.state.Mailbox;
import io.mirrorneuron.runtime.workflow.AgentSettings.Retry;
import io.mirrorneuron.wire.Json;

/**
 * Decides what follows when the program of an executor failed: which policy retries it, and when.
 */
final class ProgramFailures {
  private static final long MAX_BACKOFF_MS = 30 * 60 * 1000L;
  private static final int QUEUE_FULL_RETRY_MS = 250;

  static final String STDERR = "Read stderr in the sandbox_job_failed event";

  /** Advice for a program that exceeded a limit. */
  static final String LESS =
      "Raise that limit, or have the program take less at a time; " + STDERR + ".";

  private final JobState state;
  private final Turn turn;
  private final LifeCycle life;
  private final String nodeName;

  ProgramFailures(JobState state, Turn turn, LifeCycle life, String nodeName) {
    this.state = state;
    this.turn = turn;
    this.life = life;
    this.nodeName = nodeName;
  }

  void failed(Mailbox mailbox, Outcome outcome) {
    AgentState agent = mailbox.owner();
    Retry policy = agent.declared().settings().retry();
    if (outcome.ending() == Ending.NOT_STARTED
        && outcome.error().startsWith("executor_pool_queue_full")) {
      ObjectNode payload = Json.object();
      payload.put("reason", outcome.error()).put("retry_after_ms", QUEUE_FULL_RETRY_MS);
      turn.agentEvent("executor_lease_rejected", id(mailbox), payload);
      turn.postpone(mailbox, turn.now() + QUEUE_FULL_RETRY_MS);
      return;
    }
    agent.failed(outcome.headline());
    if (outcome.ending() == Ending.BEACON_MISSED) {
      turn.agentEvent(
          "agent_beacon_missed", id(mailbox), Json.object().put("message", outcome.error()));
    }
    int maxAttempts = Math.max(1, policy.maxAttempts());
    boolean mayRetry = mayRetry(policy, outcome);
    if (mailbox.step() != null) {
      tellFailed(mailbox, outcome);
      new Retries(state, turn, life).failed(mailbox.step(), outcome, mayRetry);
    } else if (mailbox.attempt() < maxAttempts && mayRetry) {
      retry(mailbox, policy.backoffMs(), outcome);
    } else {
      tellFailed(mailbox, outcome);
      exhausted(mailbox, failure(mailbox, outcome, maxAttempts), mayRetry);
    }
  }

  private void retry(Mailbox mailbox, long backoff, Outcome outcome) {
    long delay = Math.min(MAX_BACKOFF_MS, backoff << Math.min(20, mailbox.attempt() - 1));
    mailbox.countAttempt();
    ObjectNode payload = Json.object();
    payload.put("message_id", mailbox.head().id()).put("attempt", mailbox.attempt());
    payload.put("reason", outcome.headline()).put("delay_ms", delay);
    turn.agentEvent("message_retry_scheduled", id(mailbox), payload);
    turn.postpone(mailbox, turn.now() + Math.max(1, delay));
  }

  private void tellFailed(Mailbox mailbox, Outcome outcome) {
    ObjectNode payload = Json.object();
    payload.put("sandbox_name", outcome.sandbox().name()).put("exit_code", outcome.exitCode());
    payload.put("error", outcome.error()).put("attempts", mailbox.attempt());
    payload.put("stdout", outcome.stdout()).put("stderr", outcome.stderr());
    turn.agentEvent("sandbox_job_failed", id(mailbox), payload);
  }

  /**
   * The executor's own retries are used up or do not apply. An agent with retries of its own is not
   * restarted in addition.
   */
  private void exhausted(Mailbox mailbox, Failure failure, boolean mayRetry) {
    Restarts restarts = new Restarts(state, turn, life);
    boolean ownTries = mailbox.owner().declared().settings().retry().maxAttempts() > 0;
    if (!ownTries && mayRetry) {
      restarts.failed(mailbox, failure);
    } else if (life.isLasting()) {
      restarts.giveUpMessage(mailbox, failure.desc());
    } else {
      life.fail(failure);
    }
  }

  private Failure failure(Mailbox mailbox, Outcome outcome, int maxAttempts) {
    boolean timeout =
        outcome.ending() == Ending.TIMED_OUT || outcome.ending() == Ending.BEACON_MISSED;
    return Failure.of(
            limitCode(outcome.ending()),
            timeout ? "timeout" : "runtime",
            Failure.reported("agent " + id(mailbox) + " failed", outcome.error()))
        .withAttempt(mailbox.attempt(), maxAttempts)
        .withComponent("executor")
        .withNode(ranOn(outcome))
        .withAgent(id(mailbox))
        .withStderrTail(outcome.stderrTail())
        .withRemediation(
            timeout
                ? "Raise timeout_seconds of the node, or find out what its program waits for."
                : remediation(mailbox, outcome));
  }

  private String ranOn(Outcome outcome) {
    boolean isRemote = outcome.lease() != null && outcome.lease().node() != null;
    return isRemote ? outcome.lease().node() : nodeName;
  }

  /** Error code of a failure outside of steps, or of an exceeded process limit. */
  static String limitCode(Ending ending) {
    return switch (ending) {
      case OUT_OF_MEMORY -> "runtime.out_of_memory";
      case TOO_MANY_PROCESSES -> "runtime.too_many_processes";
      default -> "runtime.job.failed";
    };
  }

  private static boolean isLimit(Outcome outcome) {
    return outcome.ending() == Ending.OUT_OF_MEMORY
        || outcome.ending() == Ending.TOO_MANY_PROCESSES;
  }

  private static String remediation(Mailbox mailbox, Outcome outcome) {
    if (isLimit(outcome)) {
      return LESS;
    }
    Retry policy = mailbox.owner().declared().settings().retry();
    if (mayRetry(policy, outcome)
        && outcome.advice().isEmpty()
        && policy.maxAttempts() <= 1
        && mailbox.attempt() == 1) {
      return STDERR + "; set max_attempts to have the program tried again.";
    }
    return otherThanAgain(outcome);
  }

  /** Advice where another attempt does not help. */
  static String otherThanAgain(Outcome outcome) {
    if (outcome.ending() == Ending.NOT_STARTED) {
      return outcome.advice().isEmpty()
          ? "The program was not started, and would not be the next time: change what the error names."
          : outcome.advice();
    }
    return (STDERR + ". " + outcome.advice()).strip();
  }

  private static boolean mayRetry(Retry policy, Outcome outcome) {
    // A program that could not start would fail the same way with the same files and command.
    return outcome.ending() != Ending.NOT_STARTED
        && !policy.finalExitCodes().contains(outcome.exitCode());
  }

  private static String id(Mailbox mailbox) {
    return mailbox.agentId();
  }
}
