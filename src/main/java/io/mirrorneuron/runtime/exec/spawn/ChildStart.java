package io.mirrorneuron.runtime.exec.spawn;

import java.io.IOException;

/** Starts a program and answers with its process id. */
@FunctionalInterface
interface ChildStart {
  int run() throws IOException;
}
