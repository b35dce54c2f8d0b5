package io.mirrorneuron.runtime.documents;

import io.mirrorneuron.human.HumanRequest;
import io.mirrorneuron.runtime.port.Executions.Hold;
import io.mirrorneuron.runtime.port.Executions.PersonWait;
import io.mirrorneuron.runtime.port.Executions.QueuePlace;
import io.mirrorneuron.runtime.state.AgentState;
import io.mirrorneuron.runtime.state.AskedQuestion;
import io.mirrorneuron.runtime.state.Flight;
import io.mirrorneuron.runtime.state.Gathering;
import io.mirrorneuron.runtime.state.JobState;
import io.mirrorneuron.runtime.state.Mailbox;
import io.mirrorneuron.runtime.state.RestartHistory;
import io.mirrorneuron.runtime.workflow.Workflow.Edge;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** Why agents are where they are, for themselves or for the step that they work for. */
final class AgentExplainer {
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

  /** Explains each agent that works for no step and has something to do. */
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

  /** Where its next try is to be, when its restarts on a node are used up. */
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

  /** Explains that it waits for the answer of somebody. */
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
