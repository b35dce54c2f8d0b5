package io.mirrorneuron.runtime.state;

import io.mirrorneuron.runtime.workflow.Workflow.AgentType;

/** Agents that do something once they have had several messages: aggregators and sensors. */
public final class Gathering {
  private Gathering() {}

  /** Whether it has messages and waits for more. */
  public static boolean waitsForMore(AgentState agent) {
    return agent.isCollecting() || ofSensor(agent) > 0;
  }

  /** How many messages it has that it has done nothing with yet. */
  public static long count(AgentState agent) {
    return agent.collected().size() + ofSensor(agent);
  }

  /** Those that came since it last told of some. */
  private static long ofSensor(AgentState agent) {
    int threshold = Math.max(1, agent.declared().settings().completion().after());
    return agent.declared().type() == AgentType.SENSOR ? agent.processed() % threshold : 0;
  }
}
