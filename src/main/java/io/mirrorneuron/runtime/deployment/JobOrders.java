package io.mirrorneuron.runtime.deployment;

import io.mirrorneuron.runtime.state.Redefinition;
import java.util.Set;
import java.util.concurrent.CompletionStage;

/** Orders of deployments to jobs, on whichever node they are open. Thread-safe; does not block. */
interface JobOrders {
  /** As {@link io.mirrorneuron.port.node.AgentChanges#redefine}. */
  CompletionStage<?> redefine(String jobId, Redefinition order);

  /** As {@link io.mirrorneuron.port.node.AgentChanges#play}. */
  CompletionStage<?> play(String jobId, String role);

  /** Resumes a job that waits for a person. */
  CompletionStage<?> resume(String jobId);

  /** As {@link io.mirrorneuron.port.node.AgentChanges#retire}. */
  CompletionStage<?> retire(String jobId, Set<String> spared, String reason);

  CompletionStage<?> cancel(String jobId, String reason);
}
