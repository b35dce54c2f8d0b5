package io.mirrorneuron.runtime.port;

import java.util.Optional;

/** Port: whether jobs may begin that have run no program yet, or the machine is too busy. */
public interface LoadGate {
  LoadGate OPEN = Optional::empty;

  /** Why they wait, in words for people; empty when they need not. Cheap enough for many. */
  Optional<String> busy();
}
