package io.mirrorneuron.runtime.exec;

import io.mirrorneuron.runtime.port.Execution;
import io.mirrorneuron.runtime.port.Executions.PersonWait;
import java.util.Optional;

/** Tells which programs wait for people. Any thread. */
@FunctionalInterface
public interface PersonWaits {
  /**
   * What the program waits for; empty when it does not.
   *
   * @param alone whether no other program of its run runs
   * @param since when it began, in milliseconds since the epoch
   */
  Optional<PersonWait> awaited(Execution execution, boolean alone, long since);
}
