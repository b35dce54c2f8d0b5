package io.mirrorneuron.runtime.drain;

import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;

/** The remote tasks on this node. Thread-safe. */
public interface RunningRemoteTasks {
  /** Agents with programs here, by job. */
  Map<String, List<String>> running();

  /**
   * Ends those of a job. The node of the job starts them again elsewhere, without counting an
   * attempt. Completes when they have ended.
   */
  CompletionStage<Void> end(String jobId);

  /** Whether there are none, and all outcomes have reached the nodes of their jobs. */
  boolean areGone();
}
