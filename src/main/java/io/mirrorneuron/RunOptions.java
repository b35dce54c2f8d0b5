package io.mirrorneuron;

import java.time.Duration;

/**
 * How {@link MirrorNeuron#runManifest} runs a workflow.
 *
 * @param await whether to return only when the job has ended
 * @param timeout longest wait for the end; zero means no limit. The job itself is not ended by it
 * @param json whether the outcome carries the job's whole document, as {@link
 *     MirrorNeuron#jobDetails} has it; for jobs with many agents that is much
 */
public record RunOptions(boolean await, Duration timeout, boolean json) {
  /** Waits for the end, however long that takes, and tells only the result. */
  public static final RunOptions DEFAULT = new RunOptions(true, Duration.ZERO, false);

  /** Returns as soon as the job is durable. */
  public RunOptions detached() {
    return new RunOptions(false, timeout, json);
  }

  public RunOptions within(Duration limit) {
    return new RunOptions(await, limit, json);
  }

  public RunOptions withJson() {
    return new RunOptions(await, timeout, true);
  }
}
