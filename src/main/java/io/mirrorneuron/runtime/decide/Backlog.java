package io.mirrorneuron.runtime.decide;

import io.mirrorneuron.runtime.state.AgentState;
import io.mirrorneuron.runtime.state.JobState;
import io.mirrorneuron.runtime.state.Mailbox;
import io.mirrorneuron.runtime.state.MailboxPressure;
import io.mirrorneuron.runtime.workflow.RestartPolicy.Backpressure;
import io.mirrorneuron.runtime.workflow.Workflow.Edge;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/**
 * Keeps mailboxes bounded without losing anything: an agent whose receiver is full is not given its
 * next message until the receiver has worked most of its messages off.
 */
final class Backlog {
  private final JobState state;
  private final Turn turn;

  Backlog(JobState state, Turn turn) {
    this.state = state;
    this.turn = turn;
  }

  /** To be called whenever the mailbox of an agent has got or lost a message. */
  void changed(Mailbox mailbox) {
    if (mailbox.step() != null) {
      return; // at most one message waits before the gate of a step
    }
    Backpressure limits = mailbox.owner().declared().policies().backpressure();
    MailboxPressure next = mailbox.pressure().next(mailbox.depth(), limits);
    if (next == mailbox.pressure()) {
      return;
    }
    boolean relieved = mailbox.isSaturated();
    state.schedule().pressure(mailbox, next);
    turn.agentEvent("backpressure_state", mailbox.agentId(), mailbox.describePressure());
    if (relieved) {
      state.schedule().releaseNext(mailbox);
    }
  }

  /**
   * Whether a receiver of the agent is full; the mailbox is looked at again when it no longer is.
   */
  boolean holdsBack(Mailbox sender) {
    if (state.schedule().saturated() == 0) {
      return false;
    }
    for (Edge edge : sender.owner().declared().outgoing()) {
      AgentState receiver = state.peek(edge.to());
      if (receiver != null && receiver != sender.owner() && receiver.mailbox().isSaturated()) {
        state.schedule().hold(sender, receiver.mailbox());
        passOn(sender);
        return true;
      }
    }
    return false;
  }

  /**
   * The turn of this sender is over: the next one may send to those of its receivers that still
   * have room.
   */
  void passOn(Mailbox sender) {
    if (!state.schedule().isAnyHeld()) {
      return;
    }
    for (Edge edge : sender.owner().declared().outgoing()) {
      AgentState receiver = state.peek(edge.to());
      if (receiver != null && !receiver.mailbox().isSaturated()) {
        state.schedule().releaseNext(receiver.mailbox());
      }
    }
  }

  /**
   * When agents wait for each other in a circle and nothing else goes on, one of them may go ahead.
   */
  Mailbox deadlocked() {
    boolean hopeful =
        !state.schedule().isAnyHeld()
            || state.schedule().flying() > 0
            || state.mailboxes().waiting().stream()
                .anyMatch(mailbox -> mailbox.notBefore() > turn.now());
    return hopeful ? null : state.schedule().pollHeld();
  }

  /** The agent that is under pressure among the named one and all that it sends to, if any. */
  static Optional<Mailbox> pressured(JobState state, String agentId) {
    Set<String> seen = new HashSet<>(Set.of(agentId));
    Deque<String> next = new ArrayDeque<>(seen);
    String id;
    while ((id = next.pollFirst()) != null) {
      AgentState agent = state.peek(id);
      if (agent != null && agent.mailbox().pressure() != MailboxPressure.NORMAL) {
        return Optional.of(agent.mailbox());
      }
      for (Edge edge : state.workflow().agents().get(id).outgoing()) {
        if (seen.add(edge.to())) {
          next.addLast(edge.to());
        }
      }
    }
    return Optional.empty();
  }
}
