package io.mirrorneuron.run;

import java.util.Collection;
import java.util.Map;

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
   * @param owner the node that has the job, or had it when it ended
   * @param runId the run of the job
   * @param status of its run
   * @param endedAt empty while it has not ended
   */
  record Standing(String owner, String runId, String status, String endedAt) {}

  /** This node as the owner of jobs. */
  String self();

  /** Whether this node works on the job. Asks nobody. */
  boolean isHere(String jobId);

  /**
   * How those of these jobs stand that the store knows, by their ids. Blocks.
   *
   * @throws io.mirrorneuron.model.MnException UNAVAILABLE while the store is away
   */
  Map<String, Standing> standing(Collection<String> jobIds);
}
