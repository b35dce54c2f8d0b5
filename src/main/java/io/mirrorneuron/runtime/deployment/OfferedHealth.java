package io.mirrorneuron.runtime.deployment;

import io.mirrorneuron.port.node.ServicesPort.RegisteredService;
import io.mirrorneuron.runtime.loop.JobDefinitions.Running;
import io.mirrorneuron.runtime.manifest.graph.ServiceDefinition;
import io.mirrorneuron.runtime.workflow.UpdatePolicy.HealthSource;
import io.mirrorneuron.runtime.workflow.Workflow;
import io.mirrorneuron.store.ServiceRegistry;
import io.mirrorneuron.store.ServiceRegistry.RegisteredDocument;
import io.mirrorneuron.wire.Json;
import io.mirrorneuron.wire.LenientJson;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/**
 * Whether the services of a job pass their checks. Without checks, only the agents' health counts.
 * Thread-safe; does not block.
 */
record OfferedHealth(ServiceRegistry registry, Function<String, Workflow> manifests) {

  /** Why the checked services do not pass; empty when they do, or have no checks. */
  CompletionStage<Optional<String>> obstacle(DeploymentEffect.Look look, Running running) {
    if (look.health() != HealthSource.CHECKS) {
      return CompletableFuture.completedFuture(Optional.empty());
    }
    List<ServiceDefinition> checked =
        RequiredChecks.of(manifests.apply(running.manifest()), look.agents());
    CompletionStage<Optional<String>> found = CompletableFuture.completedFuture(Optional.empty());
    for (ServiceDefinition service : checked) {
      found =
          found.thenCompose(
              before ->
                  before.isPresent()
                      ? CompletableFuture.completedFuture(before)
                      : registry
                          .named(service.name())
                          .thenApply(reported -> obstacle(look, service, reported)));
    }
    return found;
  }

  private static Optional<String> obstacle(
      DeploymentEffect.Look look, ServiceDefinition service, List<RegisteredDocument> reported) {
    List<RegisteredService> its =
        reported.stream()
            .map(
                one ->
                    LenientJson.read(
                        Json.parseObject(one.document(), "service"), RegisteredService.class))
            .filter(one -> look.jobId().equals(one.jobId()))
            .toList();
    if (its.isEmpty()) {
      return Optional.of("service %s is not registered yet".formatted(service.name()));
    }
    return its.stream()
        .filter(one -> !one.passes())
        .map(one -> "service %s is %s".formatted(one.name(), one.status()))
        .findFirst();
  }
}
