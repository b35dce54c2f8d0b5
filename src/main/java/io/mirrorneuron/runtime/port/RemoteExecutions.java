package io.mirrorneuron.runtime.port;

import java.util.Collection;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** What is known of executions whose programs run on other nodes than their jobs. */
public interface RemoteExecutions {

  /**
   * Which of these executions were begun on other nodes and may still run there; starting such an
   * execution again attaches to it. Completes when that is certain.
   *
   * @param jobId of all of them
   */
  default CompletionStage<Set<String>> elsewhere(String jobId, Collection<String> executionIds) {
    return CompletableFuture.completedStage(Set.of());
  }

  /**
   * This node no longer owns the job: a remote program goes on for the next owner, and its listener
   * is not called any more.
   *
   * @return false, and nothing is done, when the program does not run on another node
   */
  default boolean leave(String executionId) {
    return false;
  }

  /** The outcome of the execution is part of the stored state and will not be asked for again. */
  default void recorded(String executionId) {}

  /** The node that runs it, if that is another one; else empty. */
  default Optional<String> where(String executionId) {
    return Optional.empty();
  }
}
