package io.mirrorneuron.runtime.state;

import java.util.List;

/**
 * What is done about programs that may never end, so that their agents can be redefined.
 *
 * @param agents as the manifest calls them: programs of others are waited for
 * @param patienceMs how long these may still end by themselves
 * @param at when they are stopped, in milliseconds since the epoch; 0 before the job knows
 */
public record ProgramStop(List<String> agents, long patienceMs, long at) {
  /** All are waited for. */
  public static final ProgramStop NONE = new ProgramStop(List.of(), 0, 0);

  public ProgramStop {
    agents = List.copyOf(agents);
  }

  /** The same, counted from now on; times in milliseconds since the epoch. */
  ProgramStop from(long now) {
    return agents.isEmpty() ? this : new ProgramStop(agents, patienceMs, now + patienceMs);
  }

  /** Whether a program of the agent is to be stopped now. */
  public boolean isDue(String agentId, long now) {
    return at != 0 && at <= now && agents.contains(agentId);
  }
}
