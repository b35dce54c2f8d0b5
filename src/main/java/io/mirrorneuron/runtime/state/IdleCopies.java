package io.mirrorneuron.runtime.state;

import io.mirrorneuron.runtime.state.Targets.Target;
import io.mirrorneuron.runtime.workflow.Workflow.JobType;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Finds the copies of a system job that are done. */
public final class IdleCopies {
  private IdleCopies() {}

  /**
   * Copies of a running system job without steps in which nothing waits or runs and that have no
   * next round planned. A job that runs on one node only is one copy.
   */
  public static List<Target> of(JobState state) {
    if (state.workflow().jobType() != JobType.SYSTEM
        || !state.isRunning()
        || !state.steps().isEmpty()) {
      return List.of();
    }
    Targets targets = state.header().origin().targets();
    if (targets.isNone()) {
      boolean isIdle =
          state.header().nextRoundAt() == 0
              && state.mailboxes().waiting().isEmpty()
              && state.streamAgents().noneMatch(Gathering::waitsForMore);
      return isIdle ? List.of(Target.of(state.header().origin().target())) : List.of();
    }
    Set<String> busy = new HashSet<>();
    for (Mailbox mailbox : state.mailboxes().waiting()) {
      targets.of(mailbox.agentId()).ifPresent(one -> busy.add(one.node()));
    }
    state
        .streamAgents()
        .filter(Gathering::waitsForMore)
        .forEach(agent -> targets.of(agent.id()).ifPresent(one -> busy.add(one.node())));
    return targets.open().stream()
        .filter(one -> one.nextRoundAt() == 0 && !busy.contains(one.node()))
        .toList();
  }
}
