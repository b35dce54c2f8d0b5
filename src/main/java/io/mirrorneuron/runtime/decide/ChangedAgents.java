package io.mirrorneuron.runtime.decide;

import io.mirrorneuron.runtime.workflow.Workflow;
import io.mirrorneuron.runtime.workflow.Workflow.Agent;
import java.util.List;

/** Which agents of two workflows with the same agents are defined in another way. */
public final class ChangedAgents {
  private ChangedAgents() {}

  /** Their ids, in the order of the first. What is written in another order is the same. */
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
