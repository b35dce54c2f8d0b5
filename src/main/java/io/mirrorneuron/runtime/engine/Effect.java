package io.mirrorneuron.runtime.engine;

/**
 * What a turn wants done once it is committed. Effects are derived from committed state, so they
 * can be issued again after a crash; each is idempotent by its id.
 */
sealed interface Effect {
  /** Run the program of the agent for the message at the head of its mailbox. */
  record Start(String agentId, String executionId) implements Effect {}

  record Stop(String executionId) implements Effect {}

  /**
   * Give the agent an {@link Input.Due}.
   *
   * @param at milliseconds since the epoch
   */
  record Wake(String agentId, long at) implements Effect {}
}
