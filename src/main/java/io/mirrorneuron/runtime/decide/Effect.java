package io.mirrorneuron.runtime.decide;

import io.mirrorneuron.runtime.state.Mailbox;

/**
 * What a turn wants done once it is committed. Effects are derived from committed state, so they
 * can be issued again after a crash; each is idempotent by its id.
 */
public sealed interface Effect {
  /** Run the program of the agent for the message at the head of the mailbox. */
  record Start(Mailbox.Address mailbox, String executionId) implements Effect {}

  record Stop(String executionId) implements Effect {}

  /**
   * Offer an {@link Input.Due} to the job at this time.
   *
   * @param mailbox the one that waits, or null for the job
   * @param at milliseconds since the epoch
   */
  record Wake(Mailbox.Address mailbox, long at) implements Effect {}
}
