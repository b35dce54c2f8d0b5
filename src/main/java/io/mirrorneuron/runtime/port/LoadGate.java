package io.mirrorneuron.runtime.port;

import java.util.Optional;

/** Port: whether the machine is too busy for jobs that have run no program yet. */
public interface LoadGate {
  LoadGate OPEN = Optional::empty;

  /** Why such jobs wait, for people; empty when they need not. Cheap. */
  Optional<String> busy();
}
