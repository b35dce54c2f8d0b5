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
 * Keeps mailboxes bounded without losing messages: an agent whose receiver is full gets its next
 * message only when the receiver has worked off most of its messages.
 */
final class Backlog {
  private final JobState state;
  private final Turn turn;

  Backlog(JobState state, Turn turn) {
    this.state = state;
    this.turn = turn;
  }

  /** Must be called whenever an agent's mailbox has got or lost a message. */
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
   * Whether a receiver of the agent is full; if so, the mailbox is looked at again when that ends.
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
   * The sender's turn is over: lets the next sender go to those of its receivers that still have
   * room.
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
   * Breaks a deadlock: when agents wait for each other in a circle and nothing else goes on,
   * returns one of them to go ahead.
   */
  Mailbox deadlocked() {
    boolean hopeful =
        !state.schedule().isAnyHeld()
            || state.schedule().flying() > 0
            || state.mailboxes().waiting().stream()
                .anyMatch(mailbox -> mailbox.notBefore() > turn.now());
    return hopeful ? null : state.schedule().pollHeld();
  }

  /** The first agent under pressure among the named agent and its receivers, if any. */
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
