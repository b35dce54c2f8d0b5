package io.mirrorneuron.run.folder;

/** Callbacks from a run's folder to its store. */
@FunctionalInterface
public interface FolderListener {
  /** A file of the folder was written. */
  void changed(String name);

  /**
   * Whether this process may still have something to write there. Until that is written, an end of
   * the run that programs report is not final.
   */
  default boolean isBehind() {
    return false;
  }
}
