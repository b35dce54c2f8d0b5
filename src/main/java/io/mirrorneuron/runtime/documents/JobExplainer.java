package io.mirrorneuron.runtime.documents;

import io.mirrorneuron.human.HumanRequest;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.model.StepOutcome;
import io.mirrorneuron.model.StepPhase;
import io.mirrorneuron.port.Why;
import io.mirrorneuron.port.Why.Explanation;
import io.mirrorneuron.runtime.port.Executions.Hold;
import io.mirrorneuron.runtime.port.Executions.PersonWait;
import io.mirrorneuron.runtime.port.Executions.QueuePlace;
import io.mirrorneuron.runtime.port.JobStatus;
import io.mirrorneuron.runtime.state.AgentState;
import io.mirrorneuron.runtime.state.AskedQuestion;
import io.mirrorneuron.runtime.state.Flight;
import io.mirrorneuron.runtime.state.Gathering;
import io.mirrorneuron.runtime.state.IdleCopies;
import io.mirrorneuron.runtime.state.JobHeader;
import io.mirrorneuron.runtime.state.JobState;
import io.mirrorneuron.runtime.state.Mailbox;
import io.mirrorneuron.runtime.state.RestartHistory;
import io.mirrorneuron.runtime.state.StepState;
import io.mirrorneuron.runtime.state.Subjects;
import io.mirrorneuron.runtime.state.Targets.Target;
import io.mirrorneuron.runtime.state.Upstream;
import io.mirrorneuron.runtime.workflow.Workflow.Edge;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Explains the status of a job in short sentences: for the job, each open step and each agent with
 * work. Each sentence is based on a record of the job, and names its place in the job's full
 * detail.
 */
final class JobExplainer {
  /** Cause: waits for disk space. */
  static final String FULL = "storage_full";

  /** Cause: cannot continue here until an obstacle is removed. */
  static final String BLOCKED = "blocked";

  /** Cause: required services do not pass their checks. */
  static final String SERVICES = "services";

  /** Source for the state of disks and store, which is not in a record of the job. */
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

  /** The reason for waiting is known slightly before the commit that records it. */
  private String status() {
    boolean waits = !state.hasBegun() && explanations.areOfResources();
    boolean isAhead = state.status() == JobStatus.RUNNING && waits;
    return (isAhead ? JobStatus.SCHEDULED : state.status()).word();
  }

  // ---- the job

  /** Explains why the rest shows only the state of the last commit. */
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

  /** A step that succeeded with warnings may be the reason for the failure of a later step. */
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

  /**
   * The deficiencies of a completed job: tolerated failures, partial results, and steps skipped
   * because of them.
   */
  private static final class Shortcomings {
    private final JobState state;
    private final Explanations explanations;
    private final Set<String> lacking = new HashSet<>();

    Shortcomings(JobState state, Explanations explanations) {
      this.state = state;
      this.explanations = explanations;
    }

    void explain() {
      state.steps().all().forEach(this::step);
    }

    private void step(StepState step) {
      if (step.status() == StepPhase.PARTIAL) {
        explain(step, "partial", "did a part of its work");
      } else if (step.outcome() == StepOutcome.FAILED) {
        explain(step, "failed", "failed, and the job went on without it");
      } else if (step.outcome() == StepOutcome.SKIPPED
          && state.steps().parents(step).stream().anyMatch(one -> lacking.contains(one.id()))) {
        explain(step, "skipped", "was skipped");
      }
    }

    private void explain(StepState step, String cause, String text) {
      lacking.add(step.id());
      explanations.explain(step, cause, text + (step.reason() == null ? "" : ": " + step.reason()));
    }
  }

  /** Whether finished work starts again: services, and copies of system jobs. */
  private static final class RoundExplainer {
    private final JobState state;
    private final Explanations explanations;

    RoundExplainer(JobState state, Explanations explanations) {
      this.state = state;
      this.explanations = explanations;
    }

    void explain() {
      if (state.header().nextRoundAt() != 0) {
        explanations
            .explain("next_round", "all is done; the service begins again", "job.next_round_at")
            .until(state.header().nextRoundAt());
      }
      state.header().origin().targets().all().forEach(this::explain);
      for (Target target : IdleCopies.of(state)) {
        explanations.explain(
            "ended",
            copy(target) + "is done, and does not begin again, as policies.restart has no attempts",
            "job.restart_policy");
      }
    }

    private static String copy(Target target) {
      return target.node() == null ? "the job " : "the copy of node " + target.node() + " ";
    }

    private void explain(Target target) {
      String copy = copy(target);
      switch (target.phase()) {
        case OPEN -> {
          if (target.nextRoundAt() != 0) {
            explanations
                .explain("next_round", copy + "is done, and begins again", "job.scheduler")
                .until(target.nextRoundAt());
          }
        }
        case COMPLETED -> explanations.explain("ended", copy + "is done", "job.scheduler");
        case LEFT ->
            explanations.explain(
                "ended", copy + "was ended, as its node was left", "job.scheduler");
      }
    }
  }

  /** Explains agents, on their own or for the step they work for. */
  private static final class AgentExplainer {
    private final JobState state;
    private final long now;
    private final Obstacles obstacles;
    private final Explanations explanations;

    AgentExplainer(JobState state, long now, Obstacles obstacles, Explanations explanations) {
      this.state = state;
      this.now = now;
      this.obstacles = obstacles;
      this.explanations = explanations;
    }

    /** Explains each agent that has work but no step. */
    void explain() {
      Stream.concat(state.mailboxes().waiting().stream(), collecting())
          .filter(mailbox -> mailbox.step() == null)
          .distinct()
          .forEach(this::explain);
    }

    private Stream<Mailbox> collecting() {
      return state
          .streamAgents()
          .filter(Gathering::waitsForMore)
          .filter(agent -> state.steps().of(agent.id()).isEmpty())
          .map(agent -> agent.mailbox());
    }

    private void explain(Mailbox mailbox) {
      AgentState agent = mailbox.owner();
      Explanations.Explainer explainer = explanations.of(agent);
      if (mailbox.flight() != null) {
        flight(explainer, mailbox);
      } else if (isAsked(mailbox)) {
        person(explainer, mailbox);
      } else if (mailbox.isEmpty()) {
        collecting(explainer, agent, 0);
      } else if (mailbox.notBefore() > now) {
        explainer
            .explain(
                "retry",
                agent.lastError() == null
                    ? "starts later, as the manifest says"
                    : "waits for try %d%s: %s"
                        .formatted(mailbox.attempt(), leaving(agent), agent.lastError()))
            .until(mailbox.notBefore());
      } else {
        receiver(agent)
            .ifPresentOrElse(
                full ->
                    explainer.explain(
                        "backpressure",
                        "is held back: %d messages wait for agent %s, at most %d may"
                            .formatted(
                                full.mailbox().depth(),
                                full.id(),
                                full.declared().policies().backpressure().maxQueueDepth())),
                () -> next(explainer));
      }
    }

    private void next(Explanations.Explainer explainer) {
      if (state.isRunning()) {
        explainer.explain("starting", "is about to take its next message");
      } else {
        explainer.explain("paused", "takes its next message on resume");
      }
    }

    /** The destination of its next try when its restarts on a node are used up. */
    private static String leaving(AgentState agent) {
      RestartHistory known = agent.restarts();
      return known.exhausted() == null || known.left().isEmpty()
          ? ""
          : ", on a node other than %s where there is one, as its restarts there are used up"
              .formatted(String.join(", ", known.left().stream().sorted().toList()));
    }

    /** Why its program runs on another node than its job. */
    private static String moved(AgentState agent) {
      Set<String> left = agent.restarts().left();
      return left.isEmpty()
          ? ""
          : " (its restarts on %s were used up)"
              .formatted(String.join(", ", left.stream().sorted().toList()));
    }

    private Optional<AgentState> receiver(AgentState agent) {
      return agent.declared().outgoing().stream()
          .map(Edge::to)
          .map(state::peek)
          .filter(receiver -> receiver != null && receiver != agent)
          .filter(receiver -> receiver.mailbox().isSaturated())
          .findFirst();
    }

    void flight(Explanations.Explainer explainer, Mailbox mailbox) {
      Flight flight = mailbox.flight();
      Optional<Hold> hold = obstacles.hold(flight.executionId());
      if (flight.parked()) {
        explainer.explain("paused", parked(mailbox));
      } else if (hold.isPresent()) {
        held(explainer, hold.get()).execution(flight.executionId());
      } else if (flight.lease() != null) {
        running(explainer, mailbox);
      } else {
        queued(explainer, mailbox);
      }
    }

    private static String parked(Mailbox mailbox) {
      Flight flight = mailbox.flight();
      if (!flight.had()) {
        return "waited for its program to begin when %s, and does so again on resume"
            .formatted(flight.lost() ? "the server was restarted" : "the job was paused");
      }
      return flight.lost()
          ? "was running its program when the server was restarted; it runs again on resume"
          : "had its program ended by the pause; it runs again on resume";
    }

    /** Whether people are asked about the message at the head. */
    boolean isAsked(Mailbox mailbox) {
      return question(mailbox).isPresent();
    }

    private Optional<HumanRequest> question(Mailbox mailbox) {
      return mailbox.isEmpty()
          ? Optional.empty()
          : state.questions().all().stream()
              .filter(question -> question.seq() == mailbox.head().seq())
              .map(AskedQuestion::request)
              .filter(HumanRequest::isOpen)
              .findFirst();
    }

    /** Explains that it waits for a person's answer. */
    void person(Explanations.Explainer explainer, Mailbox mailbox) {
      HumanRequest request = question(mailbox).orElseThrow();
      Instant due = request.question().dueAt();
      String prompt = request.question().prompt();
      person(explainer, new PersonWait(request.id(), prompt, due == null ? 0 : due.toEpochMilli()));
    }

    private ExplanationDraft person(Explanations.Explainer explainer, PersonWait wait) {
      ExplanationDraft one =
          explainer.explain(
              "person",
              "waits for a person: "
                  + (wait.prompt() == null ? "request " + wait.requestId() : wait.prompt()));
      if (wait.dueAt() != 0) {
        one.until(wait.dueAt());
      }
      return one.record("GET /runs/%s/human".formatted(state.header().origin().runId()));
    }

    private static ExplanationDraft held(Explanations.Explainer explainer, Hold hold) {
      String why = hold.sentence();
      return switch (hold.cause()) {
        case LOAD -> explainer.explain("load", "begins when its node is less busy: " + why);
        case ROOM ->
            explainer
                .explain(JobExplainer.FULL, "starts its program when there is room: " + why)
                .record(JobExplainer.READINESS);
        case PAYLOADS ->
            explainer.explain(
                JobExplainer.BLOCKED, "is blocked until its files are within reach: " + why);
        case RESOURCES -> explainer.explain("resources", "waits for its node: " + why);
        case LIMITS -> explainer.explain("limits", "waits until limits are raised: " + why);
        case SERVICES ->
            explainer
                .explain(JobExplainer.SERVICES, "starts its program when its services pass: " + why)
                .record("GET /services?passing_only=false");
      };
    }

    private void running(Explanations.Explainer explainer, Mailbox mailbox) {
      Flight flight = mailbox.flight();
      Optional<PersonWait> person = obstacles.person(flight.executionId());
      if (person.isPresent()) {
        person(explainer, person.get()).execution(flight.executionId());
        return;
      }
      ExplanationDraft one =
          explainer.explain(
              "running",
              "runs its program%s, attempt %d"
                      .formatted(
                          obstacles
                              .where(flight.executionId())
                              .map(node -> " on node " + node + moved(mailbox.owner()))
                              .orElse(""),
                          mailbox.attempt())
                  + (flight.starts() > 1 ? ", started " + flight.starts() + " times" : ""));
      one.execution(flight.executionId());
      if (mailbox.step() != null) {
        one.since(mailbox.step().times().attemptStartedAt());
        one.until(mailbox.step().times().deadlineAt());
      }
    }

    private void queued(Explanations.Explainer explainer, Mailbox mailbox) {
      String pool = mailbox.owner().declared().settings().pool();
      Optional<QueuePlace> place = obstacles.place(mailbox.flight().executionId());
      ExplanationDraft one =
          explainer.explain(
              "pool",
              place
                  .map(
                      known ->
                          "is number %d of %d that wait for pool %s (%d of %d slots in use)"
                              .formatted(
                                  known.position(),
                                  known.length(),
                                  pool,
                                  known.inUse(),
                                  known.capacity()))
                  .orElse("waits for slots of pool " + pool));
      one.execution(mailbox.flight().executionId()).pool(pool, place.orElse(null));
    }

    void collecting(Explanations.Explainer explainer, AgentState agent, long deadlineAt) {
      int wanted = agent.declared().settings().completion().after();
      ExplanationDraft one =
          explainer.explain(
              "collecting",
              "has %d messages%s"
                  .formatted(
                      Gathering.count(agent),
                      wanted > 0 ? " and waits for " + wanted : ", and no number ends it"));
      if (deadlineAt != 0) {
        one.until(deadlineAt);
      }
    }
  }
}
