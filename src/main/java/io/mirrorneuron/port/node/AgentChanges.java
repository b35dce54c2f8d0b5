package io.mirrorneuron.port.node;

import io.mirrorneuron.model.MnException;
import java.util.Set;

/** Changes that deployments make to jobs of any node. Blocking. Thread-safe. */
public interface AgentChanges {
  /** For a node without jobs. */
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
   * Replaces agents of a job by those of another manifest, each between two of its messages;
   * returns when the order is durable. Idempotent.
   *
   * @param order JSON of the definition with its number
   * @return the status word of the job
   * @throws MnException NOT_FOUND for an unknown job, CONFLICT when the job's current definition is
   *     not the predecessor of this one, INVALID when more than the agents differs, PRECONDITION
   *     when the job has ended
   */
  String redefine(String jobId, String order);

  /**
   * Changes the role of a job in its deployment; returns when that is durable. A repeated or late
   * call changes nothing.
   *
   * @param role {@code primary} or {@code retired}
   * @return the status word of the job
   * @throws MnException NOT_FOUND for an unknown job, PRECONDITION when the job has ended
   */
  String play(String jobId, String role);

  /**
   * Ends a job at a moment with no waiting message and no running program; returns when it has
   * ended.
   *
   * @param spared agents whose programs are ended instead
   * @param reason for people
   * @return the status word of the job
   * @throws MnException NOT_FOUND for an unknown job, UNAVAILABLE while it has work in progress
   */
  String retire(String jobId, Set<String> spared, String reason);
}
