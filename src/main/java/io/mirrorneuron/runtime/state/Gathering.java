package io.mirrorneuron.runtime.state;

import io.mirrorneuron.runtime.workflow.Workflow.AgentType;

/** Agents that act only after several messages: aggregators and sensors. */
public final class Gathering {
  private Gathering() {}

  /** Whether it has messages and waits for more. */
  public static boolean waitsForMore(AgentState agent) {
    return agent.isCollecting() || ofSensor(agent) > 0;
  }

  /** How many messages it has and has not acted on. */
  public static long count(AgentState agent) {
    return agent.collected().size() + ofSensor(agent);
  }

  /** Messages since the sensor last fired. */
  private static long ofSensor(AgentState agent) {
    int threshold = Math.max(1, agent.declared().settings().completion().after());
    return agent.declared().type() == AgentType.SENSOR ? agent.processed() % threshold : 0;
  }
}
