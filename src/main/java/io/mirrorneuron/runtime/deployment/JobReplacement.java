package io.mirrorneuron.runtime.deployment;

import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.runtime.loop.JobDefinitions;
import io.mirrorneuron.runtime.loop.JobDefinitions.Running;
import io.mirrorneuron.runtime.manifest.graph.ServiceDemands;
import io.mirrorneuron.runtime.state.StoredDefinition.DeployedBy;
import io.mirrorneuron.runtime.workflow.Workflow;
import io.mirrorneuron.store.DeploymentRoles;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.LongSupplier;

/**
 * Replaces one job by another: the new job's services are hidden at first, replace those of the old
 * one atomically, and the old job ends after it has drained.
 *
 * @param manifests parses a manifest
 * @param clock milliseconds since the epoch
 */
record JobReplacement(
    DeploymentRoles roles,
    JobDefinitions definitions,
    JobOrders orders,
    Function<String, Workflow> manifests,
    LongSupplier clock) {

  /** Runs before the job is made, so that its services are never found too early. */
  CompletionStage<Void> begin(DeploymentEffect.Launch launch) {
    return launch.by().role().equals(DeployedBy.CANDIDATE)
        ? roles.candidate(launch.jobId())
        : CompletableFuture.completedFuture(null);
  }

  CompletionStage<DeploymentInput> take(DeploymentEffect.Switch change) {
    boolean isAnother = change.oldJob() != null;
    return (isAnother
            ? roles.replace(change.oldJob(), change.newJob())
            : CompletableFuture.completedFuture(true))
        .thenCompose(done -> play(change.newJob(), DeployedBy.PRIMARY))
        .thenCompose(
            done ->
                isAnother
                    ? play(change.oldJob(), DeployedBy.RETIRED)
                    : CompletableFuture.completedFuture(null))
        .thenApply(done -> new DeploymentInput.Switched(change.number()));
  }

  /** Jobs announce their role themselves, too; an ended job keeps its role. */
  private CompletionStage<?> play(String jobId, String role) {
    return orders
        .play(jobId, role)
        .<Object>thenApply(status -> status)
        .exceptionally(failure -> requireEnded(PermanentFailures.of(failure)));
  }

  private static Void requireEnded(MnException why) {
    if (why.code() != ErrorCode.NOT_FOUND && why.code() != ErrorCode.PRECONDITION) {
      throw new CompletionException(why);
    }
    return null;
  }

  CompletionStage<DeploymentInput> end(DeploymentEffect.End end) {
    DeploymentInput ended = new DeploymentInput.Ended(end.number(), end.jobId());
    return definitions
        .look(end.jobId())
        .thenCompose(
            running -> {
              if (running.status().isTerminal()) {
                return CompletableFuture.completedFuture(ended);
              }
              CompletionStage<?> reported =
                  end.drains()
                      ? orders.retire(end.jobId(), spared(running, end.servesUntil()), end.reason())
                      : orders.cancel(end.jobId(), end.reason());
              return reported.thenApply(status -> ended);
            })
        .exceptionally(
            failure -> {
              requireEnded(PermanentFailures.of(failure));
              return ended;
            });
  }

  /** Agents whose programs are not waited for: they offer services, and their time is over. */
  private Set<String> spared(Running running, long servesUntil) {
    return clock.getAsLong() < servesUntil
        ? Set.of()
        : ServiceDemands.serving(manifests.apply(running.manifest()));
  }
}
