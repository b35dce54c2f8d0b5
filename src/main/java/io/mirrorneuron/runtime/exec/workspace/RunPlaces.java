package io.mirrorneuron.runtime.exec.workspace;

import io.mirrorneuron.runtime.port.Execution;
import java.nio.file.Path;

/** Port: the folders of runs on this node. */
@FunctionalInterface
public interface RunPlaces {
  /** For a runner whose programs have no runs. */
  RunPlaces NONE = execution -> null;

  /**
   * The folder of a program's run, made when there is none: a real path; null while it cannot be
   * made.
   */
  Path folder(Execution execution);
}
