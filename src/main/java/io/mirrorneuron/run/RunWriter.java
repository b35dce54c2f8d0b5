package io.mirrorneuron.run;

import java.nio.file.Path;

/**
 * Which process writes the folders of runs behind the commits of their jobs. Says whether a reader
 * who needs a folder as it will be can wait for it.
 */
public sealed interface RunWriter permits RunBacklog, RunWriter.Elsewhere, RunWriter.NotHere {
  /**
   * Returns when all that was committed of the run before the call is in its folder, as far as this
   * process can know; also after a while, or when the store of jobs is away.
   *
   * @return false when the writer needs longer than that
   */
  boolean catchUp(String runId);

  /**
   * Whether something was committed of the run that is not in its folder yet, as far as is known.
   */
  default boolean isBehind(String runId) {
    return false;
  }

  /** The same; also when it is not known whose run it is, and something is behind. */
  default boolean mayBeBehind(String runId) {
    return false;
  }

  /** Somebody looks at the run from now on: what was committed of it is not to be put off. */
  default void hurry(String runId) {}

  /**
   * Another process writes the folders, or none does: a gateway stands before a runtime elsewhere.
   * That runtime cannot be asked how far it is, and most unknown runs will never exist, so nobody
   * waits: readers get what the folder has now, and a run whose job has just begun is not found
   * until its folder is there. Streams see what comes, as they watch the files.
   */
  record Elsewhere() implements RunWriter {
    @Override
    public boolean catchUp(String runId) {
      return true;
    }
  }

  /**
   * The same for a process that may write nothing at all into the folders: a command that only
   * reads, perhaps what was archived.
   *
   * @param journals a folder of this process, in which the journals of runs are put
   */
  record NotHere(Path journals) implements RunWriter {
    @Override
    public boolean catchUp(String runId) {
      return true;
    }
  }
}
