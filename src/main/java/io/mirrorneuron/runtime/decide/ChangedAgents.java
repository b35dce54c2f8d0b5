package io.mirrorneuron.runtime.decide;

import io.mirrorneuron.runtime.workflow.Workflow;
import io.mirrorneuron.runtime.workflow.Workflow.Agent;
import java.util.List;

/** Compares the definitions of the agents of two workflows that have the same agents. */
public final class ChangedAgents {
  private ChangedAgents() {}

  /**
   * Ids of the agents that differ, in the order of the first workflow. The order of members does
   * not matter.
   */
  public static List<String> between(Workflow one, Workflow other) {
    return one.agents().keySet().stream()
        .filter(id -> !isSame(one.agents().get(id), other.agents().get(id)))
        .toList();
  }

  private static boolean isSame(Agent one, Agent other) {
    return one.type() == other.type()
        && one.template().equals(other.template())
        && String.valueOf(one.role()).equals(String.valueOf(other.role()))
        && one.config().equals(other.config())
        && one.unsafe() == other.unsafe()
        && one.policies().equals(other.policies())
        && one.resources().equals(other.resources());
  }
}
