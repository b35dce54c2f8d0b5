package io.mirrorneuron.run.index;

import io.mirrorneuron.model.MnException;
import io.mirrorneuron.model.RunStatus;
import java.util.Collection;
import java.util.Map;
import java.util.Set;

/**
 * Tells of jobs whose runs have folders on this node, and which other nodes may have by now.
 * Thread-safe.
 */
public interface JobPlaces {
  /** Of a process that does not reach the store of jobs: the folders are all that is known. */
  JobPlaces UNKNOWN =
      new JobPlaces() {
        @Override
        public String self() {
          return "";
        }

        @Override
        public boolean isHere(String jobId) {
          return true;
        }

        @Override
        public Map<String, Standing> standing(Collection<String> jobIds) {
          return Map.of();
        }
      };

  /**
   * How a job stands by what is committed of it.
   *
   * @param owner the node that has the job, or had it when it ended; empty when nobody knows
   * @param runId the run of the job
   * @param status of its run
   * @param endedAt empty while it has not ended
   */
  record Standing(String owner, String runId, String status, String endedAt) {
    /**
     * Of a job that the store does not have. It went on elsewhere before this node left those with
     * whom it shared a store, or was removed.
     */
    public static final Standing UNKNOWN = new Standing("", "", RunStatus.UNKNOWN.word(), "");

    boolean isKnown() {
      return !owner.isEmpty();
    }
  }

  /** This node as the owner of jobs. */
  String self();

  /** Whether this node works on the job. Asks nobody. */
  boolean isHere(String jobId);

  /** Whether this node or the store has the job, or neither can be asked now. Blocks. */
  default boolean isKnown(String jobId) {
    try {
      return isHere(jobId) || standing(Set.of(jobId)).get(jobId) != Standing.UNKNOWN;
    } catch (MnException e) {
      return true;
    }
  }

  /**
   * How these jobs stand, by their ids, without those whose records cannot be read. Blocks.
   *
   * @throws io.mirrorneuron.model.MnException UNAVAILABLE while the store is away
   */
  Map<String, Standing> standing(Collection<String> jobIds);
}
