package io.mirrorneuron.runtime.deployment;

import io.mirrorneuron.runtime.state.Redefinition;
import java.util.Set;
import java.util.concurrent.CompletionStage;

/** What deployments tell jobs, on whichever node they are open. Thread-safe; does not block. */
interface JobOrders {
  /** As {@link io.mirrorneuron.port.node.AgentChanges#redefine}. */
  CompletionStage<?> redefine(String jobId, Redefinition order);

  /** As {@link io.mirrorneuron.port.node.AgentChanges#play}. */
  CompletionStage<?> play(String jobId, String role);

  /** One that waits for a person goes on. */
  CompletionStage<?> resume(String jobId);

  /** As {@link io.mirrorneuron.port.node.AgentChanges#retire}. */
  CompletionStage<?> retire(String jobId, Set<String> spared, String reason);

  CompletionStage<?> cancel(String jobId, String reason);
}
