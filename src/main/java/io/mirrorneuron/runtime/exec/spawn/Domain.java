package io.mirrorneuron.runtime.exec.spawn;

import java.io.IOException;

/** What a program, and all that it ever starts, is kept within. */
@FunctionalInterface
public interface Domain {
  /** Nothing is kept from the program. */
  Domain NONE = Start::run;

  /** Starts a program and answers with its process id. */
  @FunctionalInterface
  interface Start {
    int run() throws IOException;
  }

  /**
   * Runs the start so that the program begins inside.
   *
   * @throws IOException when the kernel refuses; nothing was started then
   */
  int start(Start start) throws IOException;
}
