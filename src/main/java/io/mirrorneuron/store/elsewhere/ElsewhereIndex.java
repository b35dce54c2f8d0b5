package io.mirrorneuron.store.elsewhere;

import java.util.Collection;
import java.util.Map;
import java.util.concurrent.CompletionStage;

/**
 * Port: the executions that were begun on other nodes than their jobs, and may still be there. It
 * is written before such a node is asked, so that the next owner of a job finds them. Calls do not
 * block; a stage completes on the lane of the job, and fails when the store is away.
 */
public interface ElsewhereIndex {
  /**
   * Notes that a node is about to be asked.
   *
   * @param epoch under which the caller owns the job
   * @param worker the node, as the owner of jobs
   * @return false, and nothing is noted, when the job has another epoch by now
   */
  CompletionStage<Boolean> begin(String jobId, long epoch, String executionId, String worker);

  /** Those of these executions that are noted, with their nodes. */
  CompletionStage<Map<String, String>> of(String jobId, Collection<String> executionIds);

  /** The execution is over, and all know it. */
  CompletionStage<Void> end(String jobId, String executionId);
}
