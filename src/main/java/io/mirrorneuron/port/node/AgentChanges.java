package io.mirrorneuron.port.node;

import io.mirrorneuron.model.MnException;

/** Port: has agents of jobs of any node be others while the jobs run. Blocking; thread-safe. */
@FunctionalInterface
public interface AgentChanges {
  /** Of a node without jobs. */
  AgentChanges NONE =
      (jobId, order) -> {
        throw MnException.notFound("job", jobId);
      };

  /**
   * Has agents of a job be what another manifest says, each between two of its messages; returns
   * when the order is durable. Asked again, it changes nothing.
   *
   * @param order JSON of the definition with its number
   * @return the status word of the job
   * @throws MnException NOT_FOUND for an unknown job, CONFLICT when the job has another definition
   *     by now than the one that this follows, INVALID when more differs than the agents,
   *     PRECONDITION when the job has ended
   */
  String redefine(String jobId, String order);
}
