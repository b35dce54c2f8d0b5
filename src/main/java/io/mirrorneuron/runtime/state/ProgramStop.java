package io.mirrorneuron.runtime.state;

import java.util.List;

/**
 * When programs that may never end are stopped, so that their agents can be redefined.
 *
 * @param agents as the manifest calls them; programs of other agents are waited for
 * @param patienceMs time for the programs to finish
 * @param at when they are stopped, in milliseconds since the epoch; 0 until the job has accepted
 *     the order
 */
public record ProgramStop(List<String> agents, long patienceMs, long at) {
  /** Waits for all programs. */
  public static final ProgramStop NONE = new ProgramStop(List.of(), 0, 0);

  public ProgramStop {
    agents = List.copyOf(agents);
  }

  /** The same with the patience counted from now on, in milliseconds since the epoch. */
  ProgramStop from(long now) {
    return agents.isEmpty() ? this : new ProgramStop(agents, patienceMs, now + patienceMs);
  }

  /** Whether a program of the agent is to be stopped now. */
  public boolean isDue(String agentId, long now) {
    return at != 0 && at <= now && agents.contains(agentId);
  }
}
