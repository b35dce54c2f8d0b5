package io.mirrorneuron.runtime.exec.spawn;

import java.io.IOException;

/** Starts a program. */
@FunctionalInterface
interface ChildStart {
  /**
   * A program that runs.
   *
   * @param handle a descriptor that becomes readable when it ends
   */
  record Started(int pid, int handle) {}

  Started run() throws IOException;
}
