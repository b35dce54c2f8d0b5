package io.mirrorneuron.runtime.state;

import io.mirrorneuron.runtime.workflow.Workflow.Edge;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Whether a message may still be on its way to a step: it may be held by agents that stand between
 * the step and its parents and work for no step themselves.
 */
public final class Upstream {
  private final JobState state;
  private Map<String, List<String>> senders;

  public Upstream(JobState state) {
    this.state = state;
  }

  public boolean isBusy(StepState step) {
    return !busy(step).isEmpty();
  }

  /** The first agent found that holds such a message; empty for none. */
  public List<String> busy(StepState step) {
    Set<String> seen = new HashSet<>();
    Deque<String> next = new ArrayDeque<>(step.declared().agentIds());
    String id;
    while ((id = next.pollFirst()) != null) {
      for (String sender : senders().getOrDefault(id, List.of())) {
        if (state.steps().of(sender).isEmpty() && seen.add(sender)) {
          if (holdsSomething(sender)) {
            return List.of(sender);
          }
          next.addLast(sender);
        }
      }
    }
    return List.of();
  }

  private boolean holdsSomething(String agentId) {
    AgentState agent = state.peek(agentId);
    if (agent == null) {
      return false;
    }
    return agent.isCollecting() || !agent.mailbox().isEmpty();
  }

  private Map<String, List<String>> senders() {
    if (senders == null) {
      senders = new HashMap<>();
      for (Edge edge : state.workflow().edges()) {
        senders.computeIfAbsent(edge.to(), key -> new ArrayList<>()).add(edge.from());
      }
    }
    return senders;
  }
}
