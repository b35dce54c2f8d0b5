package io.mirrorneuron.run;

import java.nio.file.Path;

/**
 * Which process writes the folders of runs behind the commits of their jobs, and whether a reader
 * can wait for it.
 */
public sealed interface RunWriter permits RunBacklog, RunWriter.Elsewhere, RunWriter.NotHere {
  /**
   * Returns when the folder has what was committed of the run before the call, as far as this
   * process can know; also after a timeout, or when the store of jobs is away.
   *
   * @return false after the timeout
   */
  boolean catchUp(String runId);

  /** Whether the folder is known to lack something committed of the run. */
  default boolean isBehind(String runId) {
    return false;
  }

  /** As {@link #isBehind}; also true when the run's job is not known and any job is behind. */
  default boolean mayBeBehind(String runId) {
    return false;
  }

  /** The run has a reader: its commits are written without delay from now on. */
  default void hurry(String runId) {}

  /**
   * Another process writes the folders, or none does (a gateway in front of a remote runtime). The
   * progress of that runtime is not known, and most unknown runs will never exist, so readers do
   * not wait: they get the current folder, and a run whose job has just begun is not found until
   * its folder exists. Streams see later changes, as they watch the files.
   */
  record Elsewhere() implements RunWriter {
    @Override
    public boolean catchUp(String runId) {
      return true;
    }
  }

  /**
   * As {@link Elsewhere}, for a process that may write nothing into the folders: a command that
   * only reads, perhaps from an archive.
   *
   * @param journals a folder of this process for the journals of runs
   */
  record NotHere(Path journals) implements RunWriter {
    @Override
    public boolean catchUp(String runId) {
      return true;
    }
  }
}
