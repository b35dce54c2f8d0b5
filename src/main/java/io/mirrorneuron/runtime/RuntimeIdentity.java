package io.mirrorneuron.runtime;

import java.time.Clock;
import java.util.Map;
import java.util.function.Supplier;

/**
 * What identifies this process.
 *
 * @param nodeName of the form {@code mirror_neuron@host}
 * @param runtimeId the same for every process that ever works on this data directory
 * @param environment of the server; only a few names of it reach programs
 * @param jobIdSuffixes gives {@code <milliseconds>-<12 hex digits>}, never the same twice
 */
public record RuntimeIdentity(
    String nodeName,
    String runtimeId,
    Map<String, String> environment,
    Clock clock,
    Supplier<String> jobIdSuffixes) {

  /** How this process is called as the owner of jobs. */
  public String owner() {
    return nodeName + "#" + runtimeId;
  }
}
