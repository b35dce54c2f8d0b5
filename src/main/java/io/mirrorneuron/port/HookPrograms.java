package io.mirrorneuron.port;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

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

  /**
   * A program to be started before or after a job.
   *
   * @param id names it among all that run here
   * @param command the file of the program, absolute, and its arguments; no shell reads them
   * @param folder it runs in; it may read and write there
   * @param variables that it gets beside the usual few
   * @param writes folders besides, which it may read and change
   * @param grace from TERM to KILL when it is ended
   * @param stays asked when the program has ended by itself: whether what it started may live on
   *     until it is stopped
   * @param printed is told all that it prints, piece by piece, from one thread after the other;
   *     must not block for long
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
