package io.mirrorneuron.runtime.decide;

import io.mirrorneuron.model.MnException;
import io.mirrorneuron.model.StepPhase;
import io.mirrorneuron.runtime.port.JobStatus;
import io.mirrorneuron.runtime.state.JobState;
import io.mirrorneuron.runtime.state.Mailbox;
import io.mirrorneuron.runtime.state.Message;
import io.mirrorneuron.runtime.state.StepState;
import io.mirrorneuron.runtime.workflow.Workflow.Agent;

/**
 * The state machine of a job: folds one input into the state and tells, through the turn, which
 * events happened and which effects are wanted. Deterministic: no clock, no randomness, no I/O.
 * Agents that need no process are run to the end within the same turn.
 */
public final class Decider {
  /** Messages handled in one turn at most, so that a commit stays small. */
  private static final int BUDGET = 1000;

  private final String nodeName;
  private final boolean reviewInFlight;

  /**
   * @param reviewInFlight whether programs that were cut short wait for a person unless harmless
   */
  public Decider(String nodeName, boolean reviewInFlight) {
    this.nodeName = nodeName;
    this.reviewInFlight = reviewInFlight;
  }

  /** Whether its program may run again without a person's word when its node is gone. */
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
      new Rounds(state, turn, life).seed(ledger);
    }

    /** In the turn in which nothing is in hand, so that no message is lost. */
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
      fork.begin(state, turn, ledger, new Rounds(state, turn, life));
    }

    private void restored(Input.FirstTurn from) {
      if (state.status() == JobStatus.PENDING) { // nothing but the manifest is known
        start(new Input.Start());
        turn.event("job_paused");
      }
      from.begin(state, turn, ledger, new Rounds(state, turn, life));
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
        new Rounds(state, turn, life).due();
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

    /** Completes a stop that is under way once no program runs any more. */
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
          passOn(mailbox); // others may have waited behind this mailbox
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

    /** Called when no mailbox can be handled. Answers whether another way to continue was found. */
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
      boolean isAsked = people.isAsked(mailbox); // then it has a time limit of its own
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
      state.schedule().passOn(mailbox); // what needs no program holds nobody up
      turn.agentEvent("agent_message_received", mailbox.agentId(), message.summary());
      return message;
    }
  }
}
