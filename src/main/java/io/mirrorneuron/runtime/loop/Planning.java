package io.mirrorneuron.runtime.loop;

import io.mirrorneuron.runtime.decide.Input;
import io.mirrorneuron.runtime.documents.JobRow;
import io.mirrorneuron.runtime.port.Leader.Timers;
import io.mirrorneuron.runtime.port.Scheduler;
import io.mirrorneuron.runtime.state.JobState;
import io.mirrorneuron.runtime.state.Targets;
import io.mirrorneuron.runtime.workflow.StoredPlan;
import java.util.Set;

/**
 * Decides where the agents of a job run: when it is made, and again when another node takes it
 * over. The plan is part of the job's state.
 */
record Planning(Scheduler scheduler, Timers timers, JobRow rows) {

  /**
   * What must be known of a stored job before it is opened.
   *
   * @param elsewhere executions that other nodes may still run
   * @param overdue why it is to be cancelled; null when it continues
   */
  record Known(Set<String> elsewhere, String overdue) {
    static final Known NOTHING = new Known(Set.of(), null);
  }

  JobState made(JobState state) {
    state.plan(placed(state));
    return state;
  }

  private StoredPlan placed(JobState state) {
    Targets targets = state.header().origin().targets();
    if (targets.isNone()) {
      return scheduler.place(state.workflow(), timers.now());
    }
    StoredPlan here = scheduler.place(state.definition().written(), timers.now());
    return targets.plan(here, state.workflow());
  }

  /**
   * The input for a job that this node has taken over, perhaps from its earlier process.
   *
   * @param isGiven whether its living owner has released it for this node
   */
  Input.Loaded takenOver(JobState state, Known known, boolean isGiven) {
    StoredPlan former = state.plan();
    StoredPlan next = placed(state);
    boolean stays = former != null && former.node().equals(next.node());
    return new Input.Loaded(
        known.elsewhere(), true, stays ? null : move(state, next, isGiven), known.overdue());
  }

  private Input.Move move(JobState state, StoredPlan next, boolean isGiven) {
    StoredPlan former = state.plan();
    return new Input.Move(
        next, former == null ? null : rows.replanned(state, former.node(), isGiven));
  }
}
