package io.mirrorneuron.port.operation;

import java.time.Duration;

/**
 * Port: runs hooks of bundles on this machine, confined as programs of steps are. What an earlier
 * server of the same data directory left of them is ended before this one begins. Thread-safe.
 */
public interface HookPrograms {

  /**
   * Starts a program; returns when it runs.
   *
   * @throws io.mirrorneuron.model.MnException INTERNAL {@code hook_not_started} when it cannot be
   */
  Hook start(HookProgram program);

  /** A program that was started. */
  interface Hook {
    long pid();

    /**
     * Waits until the program itself has ended; what it started may live on.
     *
     * @return false when it runs still after this time
     */
    boolean awaitExit(Duration time);

    /**
     * Ends it with all that it started, first by TERM, then by KILL; returns when nothing of it is
     * left. A program that has ended stays as it is.
     *
     * @return its exit code; {@code 128 + signal} after a deadly signal
     */
    int stop();
  }
}
