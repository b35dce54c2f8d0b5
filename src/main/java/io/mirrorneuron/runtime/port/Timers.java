package io.mirrorneuron.runtime.port;

/** Port: the clock of the engine, and its only way to wait. Tests move it by hand. */
public interface Timers {
  /** Milliseconds since the epoch. */
  long now();

  /**
   * Milliseconds of a clock that nobody sets, from no certain beginning: how much time has passed.
   */
  default long ticks() {
    return now();
  }

  /** Runs the task once, not before {@code at} (milliseconds since the epoch), on any thread. */
  void at(long at, Runnable task);
}
