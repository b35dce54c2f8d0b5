package io.mirrorneuron.runtime.drain;

import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;

/** The programs that this node runs for jobs of other nodes. Thread-safe. */
public interface RunningRemoteTasks {
  /** Agents of which programs run here, by job. */
  Map<String, List<String>> running();

  /**
   * Ends those of a job. The node of the job begins them again elsewhere, without an attempt being
   * counted. Completes when they have ended.
   */
  CompletionStage<Void> end(String jobId);

  /** Whether there are none, and all outcomes have reached the nodes of their jobs. */
  boolean areGone();
}
