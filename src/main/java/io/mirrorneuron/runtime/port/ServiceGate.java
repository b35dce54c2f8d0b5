package io.mirrorneuron.runtime.port;

import java.util.Optional;

/** Port: whether the services that a program needs are available. */
public interface ServiceGate {
  ServiceGate OPEN = (jobId, agentId) -> Optional.empty();

  /**
   * Why a program of the agent must wait, for people; empty when it need not. Blocking.
   *
   * @param jobId of a job that is open on this node
   */
  Optional<String> missing(String jobId, String agentId);
}
