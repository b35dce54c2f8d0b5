package io.mirrorneuron.runtime.exec.process;

import java.time.Duration;

/**
 * How long processes are waited for before they are killed.
 *
 * @param afterTerm from SIGTERM to SIGKILL
 * @param stragglers for children that outlive the program they belong to
 */
public record GracePeriods(Duration afterTerm, Duration stragglers) {
  public static final GracePeriods DEFAULT =
      new GracePeriods(Duration.ofSeconds(5), Duration.ofSeconds(2));
}
