package io.mirrorneuron.runtime.port;

/** Port: the only source of waiting. Tests turn it by hand. */
public interface Timers {
  /** Milliseconds since the epoch. */
  long now();

  /** Runs the task once, not before {@code at} (milliseconds since the epoch), on any thread. */
  void at(long at, Runnable task);
}
