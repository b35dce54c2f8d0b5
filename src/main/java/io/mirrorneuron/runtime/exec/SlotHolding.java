package io.mirrorneuron.runtime.exec;

import io.mirrorneuron.runtime.exec.pool.Pools;
import io.mirrorneuron.runtime.port.Executions.PersonWait;
import io.mirrorneuron.runtime.port.Executions.QueuePlace;

/**
 * The slots of one execution: asked for, held, and given to others while its program only waits for
 * a person. Thread-safe.
 */
final class SlotHolding {
  /** Its place in the queue, then its slots; null before. */
  private volatile Pools.Claim claim;

  private volatile long begunAt;
  private volatile PersonWait person;

  void asked(Pools.Claim queued) {
    claim = queued;
  }

  /**
   * Its program begins.
   *
   * @param at milliseconds since the epoch
   */
  void begun(long at) {
    begunAt = at;
  }

  /** When its program began, in milliseconds since the epoch; 0 when it did not. */
  long begunAt() {
    return begunAt;
  }

  /** Where it waits for slots, or null. */
  QueuePlace place() {
    Pools.Claim waiting = claim;
    return waiting == null ? null : waiting.place();
  }

  /** For whose answer its program waits, or null. */
  PersonWait person() {
    return person;
  }

  /**
   * @param wait for whose answer its program waits from now on; null for nobody's
   */
  void await(PersonWait wait) {
    person = wait;
    if (wait == null) {
      claim.takeBack();
    } else {
      claim.lend();
    }
  }
}
