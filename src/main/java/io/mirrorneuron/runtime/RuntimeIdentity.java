package io.mirrorneuron.runtime;

import io.mirrorneuron.port.PeerJobs;
import java.time.Clock;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Identifies this process, and how it reaches other nodes.
 *
 * @param nodeName of the form {@code mirror_neuron@host}
 * @param runtimeId the same for every process that ever works on this data directory
 * @param environment of the server; only a few of its variables reach programs
 * @param jobIdSuffixes gives {@code <milliseconds>-<12 hex digits>}, never the same twice
 * @param peers asks other nodes for operations that only they can perform
 */
public record RuntimeIdentity(
    String nodeName,
    String runtimeId,
    Map<String, String> environment,
    Clock clock,
    Supplier<String> jobIdSuffixes,
    PeerJobs peers) {

  /** The name of this process as the owner of jobs. */
  public String owner() {
    return nodeName + "#" + runtimeId;
  }
}
