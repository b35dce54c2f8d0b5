package io.mirrorneuron.runtime.port;

import java.util.Collection;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** What is to be known of executions whose programs run on other nodes than their jobs. */
public interface RemoteExecutions {

  /**
   * Which of these executions were begun on other nodes and may still be there: starting one again
   * goes on with hearing of it. Completes when that is known for certain.
   *
   * @param jobId of all of them
   */
  default CompletionStage<Set<String>> elsewhere(String jobId, Collection<String> executionIds) {
    return CompletableFuture.completedStage(Set.of());
  }

  /**
   * This node has nothing more to do with the job: what runs elsewhere goes on for the next owner,
   * and its listener hears no more.
   *
   * @return false, and nothing is done, when it does not run elsewhere
   */
  default boolean leave(String executionId) {
    return false;
  }

  /** The outcome of the execution is part of the stored state; nobody will ask for it again. */
  default void recorded(String executionId) {}

  /** The node that runs it, when that is another one; else empty. */
  default Optional<String> where(String executionId) {
    return Optional.empty();
  }
}
