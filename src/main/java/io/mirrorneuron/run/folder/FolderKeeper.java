package io.mirrorneuron.run.folder;

/** Who hands out the folder of a run. */
@FunctionalInterface
public interface FolderKeeper {
  /** A file of the folder was written. */
  void changed(String name);

  /**
   * Whether this process may still have something to write there. Until it has, what programs say
   * of the end of their run is not the end.
   */
  default boolean isBehind() {
    return false;
  }
}
