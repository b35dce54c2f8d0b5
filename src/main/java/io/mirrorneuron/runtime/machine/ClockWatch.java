package io.mirrorneuron.runtime.machine;

import io.mirrorneuron.runtime.port.Timers;
import java.util.Optional;

/**
 * Says how far ahead the leader looks. When the clock was set back, which one that nobody sets
 * tells, what was stored to be looked at soon may lie far ahead: then it looks at everything, until
 * it has found nothing more to do so early. Thread-safe.
 */
final class ClockWatch {
  /** Clocks differ by less while nobody sets them. */
  private static final long NOISE_MS = 1_000;

  private final Timers timers;
  private final long nearMs;
  private long difference;
  private boolean looksAtAll = true;

  /**
   * @param nearMs how far it looks ahead while nobody sets the clock
   */
  ClockWatch(Timers timers, long nearMs) {
    this.timers = timers;
    this.nearMs = nearMs;
    this.difference = timers.now() - timers.ticks();
  }

  /** Up to which time a look goes that begins now, milliseconds since the epoch. */
  synchronized long horizon() {
    long before = difference;
    difference = timers.now() - timers.ticks();
    boolean all = looksAtAll || difference < before - NOISE_MS;
    looksAtAll = false;
    return all ? Long.MAX_VALUE : timers.now() + nearMs;
  }

  /** The next look is at everything: this one was not complete, as when the lead was lost in it. */
  synchronized void lookAgain() {
    looksAtAll = true;
  }

  boolean isNear(long at) {
    return at <= timers.now() + nearMs;
  }

  /** What is owed may fail, and would be looked at again when it is due. */
  void owes(boolean something, long dueAt) {
    if (something && !isNear(dueAt)) {
      lookAgain();
    }
  }

  /**
   * Whether a state is to be woken now: its time has come, or it waits for one far ahead that was
   * near before the clock was set, and knows so.
   *
   * @param at its time
   */
  <S, I> boolean isDue(StateMachine<S, I, ?> machine, S state, long at) {
    long now = timers.now();
    Optional<S> stored = Optional.of(state);
    if (isNear(at) || machine.decide(stored, machine.wake(), now).equals(stored)) {
      return at <= now;
    }
    lookAgain();
    return true;
  }
}
