package io.mirrorneuron.runtime.decide;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.model.StepPhase;
import io.mirrorneuron.runtime.decide.Turn.Effect;
import io.mirrorneuron.runtime.port.JobStatus;
import io.mirrorneuron.runtime.state.JobState;
import io.mirrorneuron.runtime.state.Mailbox;
import io.mirrorneuron.runtime.state.Redefinition;
import io.mirrorneuron.runtime.state.StepState;
import io.mirrorneuron.runtime.state.Subjects;
import io.mirrorneuron.runtime.state.Targets.Target;
import io.mirrorneuron.runtime.workflow.Workflow.Agent;
import io.mirrorneuron.runtime.workflow.Workflow.RecoveryMode;
import io.mirrorneuron.wire.Json;
import java.util.ArrayList;
import java.util.List;

/** Continues a job after a pause, and after its server died. */
final class Recovery {
  /** Members of a node's config by which its author says that a repeated run is harmless. */
  private final JobState state;

  private final Turn turn;
  private final LifeCycle life;
  private final Processes processes;

  Recovery(JobState state, Turn turn, LifeCycle life, Processes processes) {
    this.state = state;
    this.turn = turn;
    this.life = life;
    this.processes = processes;
  }

  /**
   * @param by verified name of the caller, or null
   */
  void resume(String by) {
    if (state.status() != JobStatus.PAUSED && state.status() != JobStatus.PAUSING) {
      return;
    }
    long pause = state.status() == JobStatus.PAUSED ? turn.now() - state.header().pausedAt() : 0;
    state.header().recovery(null);
    state.header().subjects(state.header().subjects().withPausedBy(null));
    state.header().status(JobStatus.RUNNING, turn.now());
    turn.event("job_resumed", Subjects.put(Json.object(), "by", by));
    for (Mailbox mailbox : state.mailboxes().waiting()) {
      if (mailbox.flight() == null) {
        rearm(mailbox);
      } else if (mailbox.flight().parked()
          && !state.definition().held().contains(mailbox.agentId())) {
        processes.launch(mailbox);
      }
    }
    for (StepState step : state.steps().all()) {
      boolean waitsInside = step.status() == StepPhase.RUNNING && step.times().deadlineAt() != 0;
      if (waitsInside && !step.mailboxes().isAnyFlying()) {
        step.extendDeadline(pause); // the time of a pause does not count
      }
    }
    rearmDeadlines();
  }

  private void rearm(Mailbox mailbox) {
    if (mailbox.isHeld()) {
      return; // until a person answers
    }
    if (mailbox.notBefore() > turn.now()) {
      turn.effect(new Effect.Wake(mailbox.address(), mailbox.notBefore()));
    } else {
      state.schedule().consider(mailbox);
    }
  }

  private void rearmDeadlines() {
    Redefinition pending = state.definition().pending();
    if (pending != null && pending.stop().at() != 0) {
      turn.effect(new Effect.Wake(null, pending.stop().at()));
    }
    for (StepState step : state.steps().all()) {
      if (step.status() == StepPhase.RUNNING && step.times().deadlineAt() != 0) {
        turn.effect(new Effect.Wake(step.inputMailbox().address(), step.times().deadlineAt()));
      }
    }
    for (Target target : state.header().origin().targets().open()) {
      if (target.nextRoundAt() != 0) {
        turn.effect(new Effect.Wake(null, target.nextRoundAt()));
      }
    }
    if (state.header().nextRoundAt() != 0) {
      turn.effect(new Effect.Wake(null, state.header().nextRoundAt()));
    }
  }

  private void move(Input.Move move) {
    state.plan(move.plan());
    if (move.members() != null) {
      turn.event("job_scheduler_replanned", move.members());
    }
  }

  void loaded(Input.Loaded loaded, boolean reviewInFlight) {
    if (loaded.move() != null) {
      move(loaded.move());
    }
    if (loaded.overdue() != null) { // first: then none of its programs begins again
      life.cancel(new Input.Cancel(null, loaded.overdue()));
    }
    List<Mailbox> lost = new ArrayList<>();
    for (Mailbox mailbox : state.mailboxes().waiting()) {
      if (mailbox.isFlying()) {
        if (loaded.live().contains(mailbox.flight().executionId())) {
          goOn(mailbox, loaded.takenOver());
        } else {
          lost.add(mailbox);
        }
      } else if (state.isRunning() && mailbox.flight() == null) {
        rearm(mailbox);
      }
    }
    boolean running = state.isRunning();
    if (running) {
      rearmDeadlines();
    }
    if (running && loaded.takenOver()) {
      turn.event("job_recovery_started");
      running = !isReviewed(lost, reviewInFlight);
      if (running) {
        turn.event("job_recovered", Json.object().put("status", state.status().word()));
      }
    }
    for (Mailbox mailbox : lost) {
      if (running) {
        ObjectNode payload = Json.object().put("attempt", mailbox.attempt());
        turn.record("agent_recovered", mailbox.agentId(), null, payload);
        processes.launch(mailbox);
      } else {
        state.schedule().fly(mailbox, mailbox.flight().parkLost());
      }
    }
  }

  /**
   * @param takenOver whether this node must attach to the running program
   */
  private void goOn(Mailbox mailbox, boolean takenOver) {
    String id = mailbox.flight().executionId();
    if (takenOver) {
      turn.effect(new Effect.Start(mailbox.address(), id));
    }
    boolean isPausing = takenOver && state.status() == JobStatus.PAUSING;
    if (state.status() == JobStatus.CANCELLING || isPausing) {
      turn.effect(new Effect.Stop(id));
    }
  }

  private boolean isReviewed(List<Mailbox> lost, boolean reviewInFlight) {
    if (state.workflow().recoveryMode() == RecoveryMode.MANUAL_RECOVER) {
      life.review(
          "recovery_mode is manual_recover: the server was restarted while the job ran", null);
      return true;
    }
    for (Mailbox mailbox : lost) {
      Agent agent = mailbox.owner().declared();
      boolean unsafe = isUnsafe(mailbox);
      if (unsafe || reviewInFlight && !agent.settings().repeatable()) {
        life.review(
            "the server was restarted while agent "
                + agent.id()
                + (unsafe
                    ? " ran, and the manifest says that it may not simply run again"
                    : " ran, and recovery.in_flight is review"),
            agent.id());
        return true;
      }
    }
    return false;
  }

  private static boolean isUnsafe(Mailbox mailbox) {
    return mailbox.owner().declared().unsafe()
        || mailbox.step() != null && mailbox.step().declared().unsafe();
  }

  /**
   * Whether the program may run again without a person's consent when its outcome is unknown.
   *
   * @param reviewInFlight as of {@link Decider}
   */
  static boolean isRepeatable(Mailbox mailbox, boolean reviewInFlight) {
    return !isUnsafe(mailbox) && mayRepeat(mailbox.owner().declared(), reviewInFlight);
  }

  /** The same for all programs of an agent, whatever step they work for. */
  static boolean mayRepeat(Agent agent, boolean reviewInFlight) {
    return !agent.unsafe() && (agent.settings().repeatable() || !reviewInFlight);
  }
}
