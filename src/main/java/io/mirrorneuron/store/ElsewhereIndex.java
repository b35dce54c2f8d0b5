package io.mirrorneuron.store;

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

  /**
   * The node that was asked is about to begin it.
   *
   * @param epoch under which it was asked
   * @return false when the job has another epoch by now, or the execution is not noted for this
   *     node: its owner has given it up
   */
  CompletionStage<Boolean> take(String jobId, long epoch, String executionId, String worker);

  /** What came of giving up. */
  enum GivenUp {
    /** The node that was asked begins it no more. */
    DONE,
    /** It has begun it, or is about to. */
    TAKEN,
    /** The job has another epoch. */
    FENCED
  }

  /**
   * Its owner wants to begin the work again elsewhere. Nothing is changed unless the answer is
   * {@link GivenUp#DONE}.
   *
   * @param isCertain whether it cannot run there, as that node is dead or says so; then it does not
   *     count whether it was taken
   */
  CompletionStage<GivenUp> giveUp(String jobId, long epoch, String executionId, boolean isCertain);

  /** Those of these executions that are noted, with their nodes. */
  CompletionStage<Map<String, String>> of(String jobId, Collection<String> executionIds);

  /** The execution is over, and all know it. */
  CompletionStage<Void> end(String jobId, String executionId);
}
