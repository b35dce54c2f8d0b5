package io.mirrorneuron.runtime;

import io.mirrorneuron.port.PeerJobs;
import java.time.Clock;
import java.util.Map;
import java.util.function.Supplier;

/**
 * What identifies this process, and how it reaches others.
 *
 * @param nodeName of the form {@code mirror_neuron@host}
 * @param runtimeId the same for every process that ever works on this data directory
 * @param environment of the server; only a few names of it reach programs
 * @param jobIdSuffixes gives {@code <milliseconds>-<12 hex digits>}, never the same twice
 * @param peers asks other nodes for what only they can do
 */
public record RuntimeIdentity(
    String nodeName,
    String runtimeId,
    Map<String, String> environment,
    Clock clock,
    Supplier<String> jobIdSuffixes,
    PeerJobs peers) {

  /** How this process is called as the owner of jobs. */
  public String owner() {
    return nodeName + "#" + runtimeId;
  }
}
