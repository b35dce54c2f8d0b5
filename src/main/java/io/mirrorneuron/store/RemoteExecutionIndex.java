package io.mirrorneuron.store;

import java.util.Collection;
import java.util.Map;
import java.util.concurrent.CompletionStage;

/**
 * Port: executions that were begun on other nodes than their job's owner and may still run there.
 * The entry is written before the other node is asked, so that the job's next owner finds the
 * execution. Calls do not block; a stage completes on the job's event loop, and fails when the
 * store is away.
 */
public interface RemoteExecutionIndex {
  /**
   * Records that a node is about to be asked.
   *
   * @param epoch of the caller's ownership of the job
   * @param worker the asked node, as an owner of jobs
   * @return false, and nothing is recorded, when the job has another epoch by now
   */
  CompletionStage<Boolean> begin(String jobId, long epoch, String executionId, String worker);

  /**
   * Records that the asked node is about to begin the execution.
   *
   * @param epoch with which it was asked
   * @return false when the job has another epoch by now, or the execution is not recorded for this
   *     node because its owner has given it up
   */
  CompletionStage<Boolean> take(String jobId, long epoch, String executionId, String worker);

  /** Result of {@link #giveUp}. */
  enum GivenUp {
    /** The asked node will not begin it. */
    DONE,
    /** The node has started it, or is about to. */
    TAKEN,
    FENCED
  }

  /**
   * Gives up an execution that the owner wants to run elsewhere. Nothing changes unless the answer
   * is {@link GivenUp#DONE}.
   *
   * @param isCertain whether it cannot run there, as that node is dead or says so; then it is given
   *     up even when taken
   */
  CompletionStage<GivenUp> giveUp(String jobId, long epoch, String executionId, boolean isCertain);

  /** Nodes by execution, for those of these executions that are recorded. */
  CompletionStage<Map<String, String>> of(String jobId, Collection<String> executionIds);

  /** Removes an execution that is known to be over. */
  CompletionStage<Void> end(String jobId, String executionId);
}
