package io.mirrorneuron.runtime.service;

import io.mirrorneuron.port.node.ServicesPort.RegisteredService;
import io.mirrorneuron.runtime.manifest.graph.CheckDefinition;
import io.mirrorneuron.runtime.manifest.graph.ServiceDefinition;
import io.mirrorneuron.runtime.state.StoredDefinition.DeployedBy;
import io.mirrorneuron.wire.Json;
import java.time.Instant;

/**
 * The registry record of an instance. The role that the registry knows by the job takes precedence
 * over the role here.
 *
 * @param by deployment of its job, or null
 */
record InstanceDocument(
    Instance.Nature nature, DeployedBy by, String registeredAt, String status, String updatedAt) {

  /**
   * @param reason overrides the checks; null when they decide
   */
  RegisteredService of(ServiceHealth health, String reason) {
    ServiceDefinition service = nature.target().service();
    long checkedAt = health.lastCheckAt();
    return new RegisteredService(
        nature.id(),
        service.name(),
        service.provider(),
        service.origin(),
        service.address(),
        service.portNumber() == 0 ? null : service.portNumber(),
        service.url(),
        service.tags(),
        service.meta(),
        service.checks().stream().map(CheckDefinition::shown).toList(),
        status,
        new RegisteredService.Health(status, reason, health.report().checks()),
        checkedAt == 0 ? null : Json.timestamp(Instant.ofEpochMilli(checkedAt)),
        nature.claim().jobId(),
        service.agentId(),
        nature.runId(),
        nature.node(),
        by == null ? null : by.deploymentId(),
        by == null ? null : by.key(),
        by == null ? null : by.version(),
        service.role() == null ? role() : service.role(),
        registeredAt,
        updatedAt);
  }

  /** A canary's instances count as primary: no other job offers the service. */
  private String role() {
    if (by == null) {
      return null;
    }
    return by.role().equals(DeployedBy.CANARY) ? DeployedBy.PRIMARY : by.role();
  }
}
