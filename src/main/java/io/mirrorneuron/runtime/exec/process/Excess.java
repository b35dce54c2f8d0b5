package io.mirrorneuron.runtime.exec.process;

import io.mirrorneuron.runtime.port.Executions.Ending;
import io.mirrorneuron.runtime.workflow.ProgramLimit;

/**
 * What a program and all that it started had too much of.
 *
 * @param words for its failure
 */
public record Excess(Ending ending, String words) {
  private static final long MEGABYTE = 1 << 20;

  /** Seen by looking at the processes. */
  public static Excess ofMemory(long bytes, long allowedMb) {
    return new Excess(
        Ending.OUT_OF_MEMORY,
        "out of memory: the program and its children used %d MB of %d MB allowed (%s)"
            .formatted((bytes + MEGABYTE - 1) / MEGABYTE, allowedMb, name(ProgramLimit.MEMORY_MB)));
  }

  /** Seen by looking at the processes. */
  public static Excess ofProcesses(long tasks, long allowed) {
    return new Excess(
        Ending.TOO_MANY_PROCESSES,
        "too many processes: the program and its children had %d processes and threads of %d allowed (%s)"
            .formatted(tasks, allowed, name(ProgramLimit.PROCESSES)));
  }

  /** The kernel ended them when they wanted more. */
  public static Excess ofMemory(long allowedMb) {
    return new Excess(
        Ending.OUT_OF_MEMORY,
        "out of memory: the kernel ended the program and its children, which used all of %d MB allowed (%s)"
            .formatted(allowedMb, name(ProgramLimit.MEMORY_MB)));
  }

  /** The kernel refused them more, and then the program failed. */
  public static Excess ofProcesses(long allowed, int exitCode) {
    return new Excess(
        Ending.TOO_MANY_PROCESSES,
        "too many processes: the program failed with exit code %d after the kernel refused it more than %d processes and threads (%s)"
            .formatted(exitCode, allowed, name(ProgramLimit.PROCESSES)));
  }

  private static String name(ProgramLimit limit) {
    return "resources.limits." + limit.word();
  }
}
