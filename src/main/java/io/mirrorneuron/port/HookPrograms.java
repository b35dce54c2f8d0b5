package io.mirrorneuron.port;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * Runs hooks of bundles on this machine, confined like programs of steps. Leftovers of an earlier
 * server of the same data directory are ended before the first hook starts. Thread-safe.
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

  /**
   * A program to run before or after a job.
   *
   * @param id unique among all that run here
   * @param command the file of the program, absolute, and its arguments; no shell reads them
   * @param folder working directory, readable and writable
   * @param variables added to the standard environment
   * @param writes further writable folders
   * @param grace from TERM to KILL when it is stopped
   * @param stays queried after the program exits: whether its child processes may live on until it
   *     is stopped
   * @param printed receives all output piece by piece, from one thread at a time; must not block
   *     for long
   */
  public record HookProgram(
      String id,
      List<String> command,
      Path folder,
      Map<String, String> variables,
      List<Path> writes,
      Duration grace,
      BooleanSupplier stays,
      Consumer<byte[]> printed) {
    public HookProgram {
      command = List.copyOf(command);
      variables = Map.copyOf(variables);
      writes = List.copyOf(writes);
    }
  }
}
