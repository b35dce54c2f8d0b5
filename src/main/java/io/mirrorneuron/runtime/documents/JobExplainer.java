package io.mirrorneuron.runtime.documents;

import io.mirrorneuron.model.MnException;
import io.mirrorneuron.model.StepOutcome;
import io.mirrorneuron.model.StepPhase;
import io.mirrorneuron.port.Why;
import io.mirrorneuron.port.Why.Explanation;
import io.mirrorneuron.runtime.port.JobStatus;
import io.mirrorneuron.runtime.state.JobHeader;
import io.mirrorneuron.runtime.state.JobState;
import io.mirrorneuron.runtime.state.Mailbox;
import io.mirrorneuron.runtime.state.StepState;
import io.mirrorneuron.runtime.state.Subjects;
import io.mirrorneuron.runtime.state.Upstream;
import java.util.List;
import java.util.Locale;

/**
 * Why a job is where it is: for the job, and for each step that is open and each agent that has
 * something to do, the shortest true sentence. Each is read from a record of the job, which it
 * names by its place in the job's full detail; nothing is guessed.
 */
final class JobExplainer {
  /** Cause of what waits for room on a disk. */
  static final String FULL = "storage_full";

  /** Cause of what cannot go on here before something else is done. */
  static final String BLOCKED = "blocked";

  /** Services that it needs do not pass. */
  static final String SERVICES = "services";

  /** Where the state of disks and store can be read; it is no record of the job. */
  static final String READINESS = "GET /health/ready";

  private static final int SHOWN = 25;

  private final JobState state;
  private final Explanations explanations;
  private final AgentExplainer agents;
  private final Obstacles obstacles;

  /**
   * @param obstacles as far as this node knows them
   */
  JobExplainer(JobState state, long now, Obstacles obstacles) {
    this.state = state;
    this.explanations = new Explanations(state);
    this.agents = new AgentExplainer(state, now, obstacles, explanations);
    this.obstacles = obstacles;
  }

  Why answer() {
    if (!state.status().isTerminal()) {
      obstacles.ofCommits(state.jobId()).ifPresent(this::uncommitted);
    }
    job();
    if (!state.status().isTerminal()) {
      state.steps().all().stream().filter(step -> !step.isTerminal()).forEach(this::step);
      agents.explain();
    } else if (state.status() == JobStatus.COMPLETED) {
      new Shortcomings(state, explanations).explain();
    }
    warnings();
    List<Explanation> all = explanations.all();
    Subjects subjects = state.header().subjects();
    String status = status();
    return new Why(
        state.jobId(),
        status,
        subjects.submittedBy(),
        subjects.pausedBy(),
        subjects.cancelledBy(),
        all.isEmpty() ? "job is " + status : all.getFirst().text(),
        all,
        explanations.more() == 0 ? null : explanations.more());
  }

  /** What a program waits for is known a moment before the commit that says that the job does. */
  private String status() {
    boolean waits = !state.hasBegun() && explanations.areOfResources();
    boolean isAhead = state.status() == JobStatus.RUNNING && waits;
    return (isAhead ? JobStatus.SCHEDULED : state.status()).word();
  }

  // ---- the job

  /** Explains why the rest shows the state of the last commit and nothing newer. */
  private void uncommitted(MnException why) {
    explanations.explain(
        why.isStorageFull() ? FULL : "store_away",
        "nothing of the job can be stored now: " + why.getMessage(),
        READINESS);
  }

  private void job() {
    JobHeader header = state.header();
    switch (state.status()) {
      case COMPLETED, CANCELLED -> explanations.explain("ended", standing(), "job.result");
      case FAILED ->
          explanations.explain("failed", standing(), "job.result.error").after(header.failure());
      case PAUSED -> paused();
      case PAUSING, CANCELLING ->
          explanations.explain(
              "stopping",
              "%s: programs of %d executions have to end"
                  .formatted(standing(), state.schedule().flying()),
              "job.status");
      default -> running();
    }
  }

  private String standing() {
    return JobHalt.of(state.header()).orElseThrow();
  }

  private void paused() {
    if (state.header().recovery() == null) {
      String record = state.header().subjects().pausedBy() == null ? "status" : "paused_by";
      explanations
          .explain("paused", standing() + "; resume it", "job." + record)
          .since(state.header().pausedAt());
    } else {
      explanations.explain("review", standing() + "; resume it", "job.recovery");
    }
  }

  private void running() {
    JobHeader header = state.header();
    if (header.pendingCompletion() != null) {
      explanations.explain(
          "completion_deferred",
          "agent %s has asked for completion; open steps have to end first"
              .formatted(header.pendingCompletion().path("agent_id").asText()),
          "job.pending_workflow_completion");
    }
    new RoundExplainer(state, explanations).explain();
    if (!header.unrouted().isEmpty()) {
      explanations.explain(
          "unrouted",
          "messages of type %s had no edge to go along"
              .formatted(String.join(", ", header.unrouted())),
          "job.unrouted_types");
    }
  }

  // ---- steps

  /** What is done and not as its author meant it may be why a later step does not do well. */
  private void warnings() {
    state.steps().all().stream()
        .filter(step -> step.outcome() == StepOutcome.SUCCESS && step.reason() != null)
        .forEach(step -> explanations.explain(step, Why.OUTPUT, "is done; " + step.reason()));
  }

  private void step(StepState step) {
    switch (step.status()) {
      case PENDING, BLOCKED -> parents(step);
      case READY -> ready(step);
      case RETRY_WAIT ->
          explanations
              .explain(
                  step,
                  "retry",
                  "waits for its next attempt; attempt %d failed: %s"
                      .formatted(step.attempt() - 1, step.attempts().error().path("desc").asText()))
              .until(step.inputMailbox().notBefore())
              .after(step.attempts().error());
      default -> work(step);
    }
  }

  private void parents(StepState step) {
    List<StepState> open =
        state.steps().parents(step).stream().filter(parent -> !parent.isTerminal()).toList();
    String names =
        String.join(", ", open.stream().limit(SHOWN).map(parent -> parent.id()).toList());
    String rule = step.declared().trigger().rule().name().toLowerCase(Locale.ROOT);
    explanations
        .explain(
            step,
            "parents",
            "waits for %s (rule %s)%s"
                .formatted(
                    names, rule, step.mailboxes().hasMessage() ? "; its message is there" : ""))
        .waitingFor(open.stream().limit(SHOWN).map(parent -> parent.id()).toList());
  }

  private void ready(StepState step) {
    List<String> busy = new Upstream(state).busy(step);
    explanations
        .explain(
            step,
            "message",
            busy.isEmpty()
                ? "may start, and is about to"
                : "may start; its message is still with agent " + String.join(", ", busy))
        .waitingFor(busy);
  }

  private void work(StepState step) {
    List<Mailbox> flying =
        step.mailboxes().stream().filter(mailbox -> mailbox.flight() != null).toList();
    flying.forEach(mailbox -> agents.flight(explanations.of(step), mailbox));
    if (!flying.isEmpty()) {
      return;
    }
    Mailbox mailbox = step.inputMailbox();
    if (agents.isAsked(mailbox)) {
      agents.person(explanations.of(step), mailbox);
      return;
    }
    int most = state.steps().graph().maxParallel();
    if (step.status() == StepPhase.RUNNING) {
      agents.collecting(explanations.of(step), mailbox.owner(), step.times().deadlineAt());
    } else if (most > 0 && state.schedule().flyingSteps() >= most) {
      explanations.explain(
          step, "max_parallel", "waits until fewer than %d steps are at work".formatted(most));
    } else if (mailbox.owner().flying() > 0) {
      explanations.explain(
          step,
          "agent_busy",
          "waits for agent %s, which is at work for another step".formatted(mailbox.agentId()));
    } else {
      explanations.explain(step, state.isRunning() ? "starting" : "paused", "is about to start");
    }
  }
}
