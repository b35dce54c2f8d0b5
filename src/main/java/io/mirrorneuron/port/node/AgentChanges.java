package io.mirrorneuron.port.node;

import io.mirrorneuron.model.MnException;
import java.util.Set;

/** Port: what deployments have done to jobs of any node, and nobody else. Blocking; thread-safe. */
public interface AgentChanges {
  /** Of a node without jobs. */
  AgentChanges NONE =
      new AgentChanges() {
        @Override
        public String redefine(String jobId, String order) {
          throw MnException.notFound("job", jobId);
        }

        @Override
        public String play(String jobId, String role) {
          throw MnException.notFound("job", jobId);
        }

        @Override
        public String retire(String jobId, Set<String> spared, String reason) {
          throw MnException.notFound("job", jobId);
        }
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

  /**
   * Has a job play another role in its deployment; returns when that is durable. Asked again, or
   * late, it changes nothing.
   *
   * @param role {@code primary} or {@code retired}
   * @return the status word of the job
   * @throws MnException NOT_FOUND for an unknown job, PRECONDITION when the job has ended
   */
  String play(String jobId, String role);

  /**
   * Ends a job in the moment in which no message waits and no program runs; returns when it has
   * ended.
   *
   * @param spared agents whose programs are ended instead
   * @param reason for people
   * @return the status word of the job
   * @throws MnException NOT_FOUND for an unknown job, UNAVAILABLE while it has something in hand
   */
  String retire(String jobId, Set<String> spared, String reason);
}
