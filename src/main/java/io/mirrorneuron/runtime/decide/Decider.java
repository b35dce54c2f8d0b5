package io.mirrorneuron.runtime.decide;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.model.StepPhase;
import io.mirrorneuron.runtime.decide.Turn.Effect;
import io.mirrorneuron.runtime.port.JobStatus;
import io.mirrorneuron.runtime.state.AgentState;
import io.mirrorneuron.runtime.state.IdleCopies;
import io.mirrorneuron.runtime.state.JobState;
import io.mirrorneuron.runtime.state.Mailbox;
import io.mirrorneuron.runtime.state.Message;
import io.mirrorneuron.runtime.state.StepState;
import io.mirrorneuron.runtime.state.Targets;
import io.mirrorneuron.runtime.state.Targets.Target;
import io.mirrorneuron.runtime.workflow.Workflow.Agent;
import io.mirrorneuron.runtime.workflow.Workflow.AgentType;
import io.mirrorneuron.wire.DerivedId;
import io.mirrorneuron.wire.Json;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * The state machine of a job: folds one input into the state and puts the resulting events and
 * effects into the turn. Deterministic: no clock, no randomness, no I/O. Agents that need no
 * process finish within the same turn.
 */
public final class Decider {
  /** Maximum of messages per turn, so that a commit stays small. */
  private static final int BUDGET = 1000;

  private final String nodeName;
  private final boolean reviewInFlight;

  /**
   * @param reviewInFlight whether programs that a crash cut short wait for a person, unless
   *     repeating them is harmless
   */
  public Decider(String nodeName, boolean reviewInFlight) {
    this.nodeName = nodeName;
    this.reviewInFlight = reviewInFlight;
  }

  /** Whether the program may run again without a person's consent when its node is gone. */
  public boolean isRepeatable(Mailbox mailbox) {
    return Recovery.isRepeatable(mailbox, reviewInFlight);
  }

  public boolean mayRepeat(Agent agent) {
    return Recovery.mayRepeat(agent, reviewInFlight);
  }

  public void decide(JobState state, Input input, Turn turn) {
    if (!state.status().isTerminal()) {
      new Decision(state, turn).take(input);
    } else if (input instanceof Input.Deliver || input instanceof Input.OfDeployment) {
      turn.refuse((Input.Command) input, MnException.precondition("job is not running"));
    }
  }

  /** The decision on one input. Its parts share the state and the turn. */
  private final class Decision {
    private final JobState state;
    private final Turn turn;
    private final LifeCycle life;
    private final Ledger ledger;
    private final StepStarts starts;
    private final Attempts attempts;
    private final Backlog backlog;
    private final Processes processes;
    private final BuiltInAgents behaviour;
    private final HumanAgents people;
    private final Redefinitions definitions;

    Decision(JobState state, Turn turn) {
      this.state = state;
      this.turn = turn;
      this.life = new LifeCycle(state, turn);
      this.ledger = new Ledger(state, turn);
      this.starts = new StepStarts(state, turn, life, ledger);
      this.attempts = new Attempts(state, turn);
      this.backlog = new Backlog(state, turn);
      this.processes = new Processes(state, turn, life, ledger, nodeName);
      this.behaviour = new BuiltInAgents(state, turn, life, ledger);
      this.people = new HumanAgents(state, turn, life, ledger);
      this.definitions = new Redefinitions(state, turn, processes::launch);
    }

    void take(Input input) {
      switch (input) {
        case Input.Start start -> start(start);
        case Input.Restored restored -> restored(restored.from());
        case Input.Signalled signalled -> signalled(signalled);
        case Input.Due due -> due(due.at());
        case Input.Pause pause -> life.pause(pause);
        case Input.Review review -> life.review(review);
        case Input.Decide decide -> people.decide(decide);
        case Input.OfDeployment order -> definitions.take(order);
        case Input.Resume resume -> new Recovery(state, turn, life, processes).resume(resume.by());
        case Input.Cancel cancel -> life.cancel(cancel);
        case Input.Retire retire -> retire(retire);
        case Input.Deliver deliver -> new MessageIntake(state, turn, ledger).take(deliver);
        case Input.Loaded loaded ->
            new Recovery(state, turn, life, processes).loaded(loaded, reviewInFlight);
        case Input.Broken broken -> life.fail(Failure.internal(broken.reason()));
        case Input.Forked forked -> forked(forked.fork());
        case Input.ForkedTo to -> to.note(state, turn);
        case Input.Spread order -> life.spread(order, ledger);
        case Input.Observed seen -> turn.event(seen.type(), seen.members());
        case Input.Continue go -> {}
      }
      completeStops();
      definitions.settle();
      drain();
    }

    private void start(Input.Start how) {
      life.begin(nodeName, how);
      new GraphRounds(state, turn, life).seed(ledger);
    }

    /** Ends the job only in a turn in which nothing is in hand, so that no message is lost. */
    private void retire(Input.Retire retire) {
      if (state.mailboxes().waiting().stream().allMatch(retire::spares)) {
        life.cancel(new Input.Cancel(null, retire.reason()));
      } else {
        turn.refuse(
            retire, MnException.unavailable("job " + state.jobId() + " still has work", null));
      }
    }

    private void forked(Input.FirstTurn fork) {
      life.begin(nodeName, new Input.Start());
      fork.begin(state, turn, ledger, new GraphRounds(state, turn, life));
    }

    private void restored(Input.FirstTurn from) {
      if (state.status() == JobStatus.PENDING) { // only the manifest is known
        start(new Input.Start());
        turn.event("job_paused");
      }
      from.begin(state, turn, ledger, new GraphRounds(state, turn, life));
    }

    private void signalled(Input.Signalled signalled) {
      Mailbox mailbox = state.mailbox(signalled.to());
      if (mailbox != null) { // else it belonged to an earlier round
        processes.signal(mailbox, signalled.executionId(), signalled.signal());
      }
    }

    private void due(Mailbox.Address at) {
      if (at == null) {
        definitions.stopPrograms();
        new GraphRounds(state, turn, life).due();
        return;
      }
      Mailbox mailbox = state.mailbox(at);
      if (mailbox != null) {
        if (mailbox.step() != null && state.isRunning()) {
          new Retries(state, turn, life).expire(mailbox);
        }
        state.schedule().consider(mailbox);
      }
    }

    /** Completes a pause or cancellation once no program runs any more. */
    private void completeStops() {
      if (state.schedule().flying() > 0) {
        return;
      }
      if (state.status() == JobStatus.CANCELLING) {
        life.cancelled();
      } else if (state.status() == JobStatus.PAUSING) {
        life.paused();
      }
    }

    private void drain() {
      int budget = BUDGET;
      while (budget > 0 && state.isRunning()) {
        Mailbox mailbox = state.schedule().poll();
        if (mailbox == null) {
          if (!findOtherWork()) {
            break;
          }
        } else if (!mailbox.isReady(turn.now())) {
          passOn(mailbox); // other mailboxes may have waited behind this one
        } else if (admits(mailbox)) {
          budget--;
          handle(mailbox);
          backlog.passOn(mailbox);
        }
      }
      completeStops(); // the decision may have stopped the job for review
    }

    private void passOn(Mailbox mailbox) {
      state.schedule().passOn(mailbox);
      backlog.passOn(mailbox);
    }

    /** Called when no mailbox can be handled. Returns whether another way to continue was found. */
    private boolean findOtherWork() {
      if (starts.evaluateAll() || starts.startWithoutMessages() || definitions.settle()) {
        return true;
      }
      Mailbox next = backlog.deadlocked();
      if (next != null) {
        if (next.isReady(turn.now()) && !definitions.holdsBack(next)) {
          handle(next);
        }
        backlog.passOn(next);
        return true;
      }
      new Quiescence(state, turn, life).settle();
      return false;
    }

    private boolean admits(Mailbox mailbox) {
      if (people.isAsked(mailbox)) {
        return true;
      }
      if (definitions.holdsBack(mailbox)) {
        state.schedule().passOn(mailbox);
        return false;
      }
      return mailbox.step() == null ? !backlog.holdsBack(mailbox) : attempts.admits(mailbox);
    }

    private void handle(Mailbox mailbox) {
      boolean isAsked = people.isAsked(mailbox); // a question has a time limit of its own
      if (!isAsked && mailbox.step() == null && mailbox.head().isExpired(turn.now())) {
        new Restarts(state, turn, life).giveUpMessage(mailbox, "it waited longer than its ttl_ms");
        return;
      }
      switch (mailbox.owner().declared().type()) {
        case EXECUTOR -> processes.order(mailbox);
        case ROUTER -> behaviour.router(mailbox, taken(mailbox));
        case SENSOR -> behaviour.sensor(mailbox, taken(mailbox));
        case AGGREGATOR -> behaviour.aggregator(mailbox, taken(mailbox));
        case HUMAN -> people.handle(mailbox);
      }
    }

    private Message taken(Mailbox mailbox) {
      StepState step = mailbox.step();
      if (step != null && step.status() == StepPhase.QUEUED) {
        attempts.begun(mailbox, turn.now());
        if (step.times().deadlineAt() != 0) {
          turn.effect(new Effect.Wake(mailbox.address(), step.times().deadlineAt()));
        }
      }
      Message message = state.mailboxes().consume(mailbox);
      backlog.changed(mailbox);
      state.schedule().passOn(mailbox); // an agent without a program blocks no other
      turn.agentEvent("agent_message_received", mailbox.agentId(), message.summary());
      return message;
    }
  }

  /** Accepts messages from outside the graph, each once and only while mailboxes have room. */
  private static final class MessageIntake {
    private final JobState state;
    private final Turn turn;
    private final Ledger ledger;

    MessageIntake(JobState state, Turn turn, Ledger ledger) {
      this.state = state;
      this.turn = turn;
      this.ledger = ledger;
    }

    void take(Input.Deliver deliver) {
      Message given = new Message(0, deliver.message());
      String to = deliver.agentId();
      long seq = state.counters().nextMessage();
      Message message =
          ExternalMessages.message(
                  state.jobId(), ExternalMessages.sender(given), to, "command", given)
              .with("message_id", given.id())
              .orElse("message_id", DerivedId.of(state.jobId(), "external " + to, (int) seq))
              .with("timestamp", turn.timestamp())
              .build(seq, to);
      if (state.isOver(to)) {
        turn.refuse(deliver, MnException.precondition("the copy of agent " + to + " has ended"));
        return;
      }
      String digest = digest(message);
      String known = state.receipts().digest(message.id());
      if (known != null && !known.equals(digest)) {
        turn.refuse(deliver, reused(message.id()));
      } else if (known == null) {
        Optional<Mailbox> pressured = Backlog.pressured(state, to);
        if (pressured.isPresent()) {
          reject(deliver, pressured.get());
        } else {
          state.receipts().add(message.id(), digest);
          ledger.post(message);
        }
      }
    }

    private static MnException reused(String messageId) {
      return new MnException(
          ErrorCode.CONFLICT,
          "message_id_reused",
          "message_id " + messageId + " was used before for a message with another content");
    }

    /** Fingerprint that distinguishes a repeated message from a different one with the same id. */
    private static String digest(Message message) {
      return DerivedId.of(Json.write(message.body()), message.to() + " " + message.type(), 0);
    }

    private void reject(Input.Deliver deliver, Mailbox pressured) {
      String full = pressured.agentId();
      int retryAfter = pressured.owner().declared().policies().backpressure().retryAfterMs();
      ObjectNode payload = Json.object().put("reason", "retry_later").put("accepted", false);
      payload.put("retry_after_ms", retryAfter).put("pressure", pressured.pressure().word());
      payload.put("target_agent_id", deliver.agentId()).put("pressured_agent_id", full);
      payload.putArray("affected_agents").add(full);
      turn.agentEvent("external_input_rejected", deliver.agentId(), payload);
      turn.refuse(
          deliver,
          MnException.retryLater(
              "agent %s is %s: %d messages wait for it"
                  .formatted(full, pressured.pressure().word(), pressured.depth()),
              retryAfter));
    }
  }

  /** Ends or continues a job that has nothing left to do and was not completed by an agent. */
  private static final class Quiescence {
    private static final int SHOWN_STEPS = 25;

    private final JobState state;
    private final Turn turn;
    private final LifeCycle life;

    Quiescence(JobState state, Turn turn, LifeCycle life) {
      this.state = state;
      this.turn = turn;
      this.life = life;
    }

    /**
     * When nothing waits, runs or is scheduled, ends a batch job with the output of its last steps
     * or agents, or fails it with the reason why it cannot go on.
     */
    void settle() {
      settleCopies();
      boolean quiet =
          state.isRunning()
              && state.mailboxes().waiting().isEmpty()
              && state.schedule().flying() == 0;
      if (!quiet) {
        return;
      }
      if (life.isLasting()) {
        if (!state.steps().isEmpty() && state.steps().areAllTerminal()) {
          new GraphRounds(state, turn, life).scheduleAll();
        }
      } else if (!state.steps().isEmpty()) {
        settleSteps();
      } else if (state.workflow().agents().isEmpty()) {
        ObjectNode result = Json.object().putNull("agent_id");
        life.completed(result.set("output", Json.object()));
      } else {
        settleAgents();
      }
    }

    /**
     * Begins the next round of each copy of a system job that is done, independently of the other
     * copies.
     */
    private void settleCopies() {
      GraphRounds rounds = new GraphRounds(state, turn, life);
      for (Target one : IdleCopies.of(state)) {
        AgentState first = rounds.entrypoint(one);
        if (rounds.mayRestart(first)) {
          Predicate<AgentState> own = agent -> isOf(one, agent);
          ObjectNode result = quietResult(leafOutputs(own));
          new SystemJobCopies(state, turn).reported(one.node(), result);
          rounds.schedule(first);
        }
      }
    }

    private boolean isOf(Target copy, AgentState agent) {
      Targets targets = state.header().origin().targets();
      return targets.isNone() || targets.of(agent.id()).equals(Optional.of(copy));
    }

    private void settleSteps() {
      if (state.steps().areAllTerminal()) {
        completeByQuiescence(state.header().origin().target(), sinkOutput());
        return;
      }
      List<StepState> open =
          state.steps().all().stream().filter(step -> !step.isTerminal()).toList();
      String shown =
          open.stream()
              .limit(SHOWN_STEPS)
              .map(step -> step.id() + " (" + step.status().word() + ")")
              .collect(Collectors.joining(", "));
      life.fail(
          Failure.stalled(
              "nothing is left to do, but these steps have not ended: " + shown + unroutedHint(),
              "Check that the agents of the earlier steps emit a message type that an edge carries"
                  + " to the agents of these steps."));
    }

    private String unroutedHint() {
      return state.header().unrouted().isEmpty()
          ? ""
          : "; messages of type " + String.join(", ", state.header().unrouted()) + " had no edge";
    }

    private JsonNode sinkOutput() {
      StepState sink = state.steps().get(state.steps().graph().sink());
      if (sink != null && sink.instances() < 0) {
        return sink.output();
      }
      ObjectNode outputs = Json.object();
      for (StepState step : state.steps().all()) {
        if (step.declared().outgoing().isEmpty() && step.output() != null) {
          outputs.set(step.id(), step.output());
        }
      }
      return outputs;
    }

    private void settleAgents() {
      Targets targets = state.header().origin().targets();
      if (targets.isNone()) {
        settleAgents(state.header().origin().target(), agent -> true);
      }
      for (Target one : targets.open()) { // each copy ends separately
        if (!state.status().isTerminal()) {
          settleAgents(one.node(), agent -> isOf(one, agent));
        }
      }
    }

    private void settleAgents(String node, Predicate<AgentState> own) {
      ObjectNode outputs = leafOutputs(own);
      if (!outputs.isEmpty()) {
        completeByQuiescence(node, outputs);
      } else if (!state.header().unrouted().isEmpty()) {
        life.fail(
            Failure.stalled(
                "nothing is left to do, but messages of type "
                    + String.join(", ", state.header().unrouted())
                    + " had no edge to go along",
                "Add an edge with that message_type, or correct the type the agent emits."));
      } else {
        life.fail(
            Failure.stalled(
                "nothing is left to do, but no message reached an agent at the end of the graph",
                "Check the edges and their conditions from the entrypoints on."));
      }
    }

    private ObjectNode leafOutputs(Predicate<AgentState> own) {
      ObjectNode outputs = Json.object();
      for (AgentState agent : state.agents()) {
        if (own.test(agent) && agent.declared().outgoing().isEmpty() && agent.processed() > 0) {
          JsonNode output =
              agent.declared().type() == AgentType.AGGREGATOR
                  ? BuiltInAgents.collectedOutput(agent)
                  : agent.output();
          outputs.set(agent.id(), output);
        }
      }
      return outputs;
    }

    private void completeByQuiescence(String node, JsonNode output) {
      life.completed(node, quietResult(output));
    }

    /** The result when no agent has completed the job or copy. */
    private static ObjectNode quietResult(JsonNode output) {
      ObjectNode result = Json.object().putNull("agent_id");
      result.set("output", output);
      return result.put("completed_by", "quiescence");
    }
  }
}
