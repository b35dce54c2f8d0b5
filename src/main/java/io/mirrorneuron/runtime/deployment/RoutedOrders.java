package io.mirrorneuron.runtime.deployment;

import io.mirrorneuron.port.JobsPort;
import io.mirrorneuron.port.node.AgentChanges;
import io.mirrorneuron.runtime.state.Redefinition;
import io.mirrorneuron.wire.Json;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;

/**
 * Orders that go to the nodes on which the jobs are open.
 *
 * @param jobs of all nodes
 * @param changes of the agents of these
 * @param threads that may block
 */
record RoutedOrders(JobsPort jobs, AgentChanges changes, Executor threads) implements JobOrders {
  @Override
  public CompletionStage<?> redefine(String jobId, Redefinition order) {
    String told = Json.write(order.order());
    return CompletableFuture.supplyAsync(() -> changes.redefine(jobId, told), threads);
  }

  @Override
  public CompletionStage<?> play(String jobId, String role) {
    return CompletableFuture.supplyAsync(() -> changes.play(jobId, role), threads);
  }

  @Override
  public CompletionStage<?> resume(String jobId) {
    return CompletableFuture.supplyAsync(() -> jobs.resume(jobId), threads);
  }

  @Override
  public CompletionStage<?> retire(String jobId, Set<String> spared, String reason) {
    return CompletableFuture.supplyAsync(() -> changes.retire(jobId, spared, reason), threads);
  }

  @Override
  public CompletionStage<?> cancel(String jobId, String reason) {
    return CompletableFuture.supplyAsync(() -> jobs.cancel(jobId, null, reason), threads);
  }
}
