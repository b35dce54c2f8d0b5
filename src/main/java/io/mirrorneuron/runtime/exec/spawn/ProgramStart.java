package io.mirrorneuron.runtime.exec.spawn;

import java.io.IOException;

/** Starts a program and answers with its process id. */
@FunctionalInterface
interface ProgramStart {
  int run() throws IOException;
}
