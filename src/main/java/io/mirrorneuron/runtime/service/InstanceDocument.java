package io.mirrorneuron.runtime.service;

import io.mirrorneuron.port.node.ServicesPort.RegisteredService;
import io.mirrorneuron.runtime.manifest.graph.CheckDefinition;
import io.mirrorneuron.runtime.manifest.graph.ServiceDefinition;
import io.mirrorneuron.runtime.state.StoredDefinition.DeployedBy;
import io.mirrorneuron.wire.Json;
import java.time.Instant;

/**
 * An instance as the registry tells it. The role of its job, which the registry knows by the job,
 * goes before the one that stands here.
 *
 * @param by the deployment of its job, or null
 * @param status a word
 */
record InstanceDocument(
    Instance.Nature nature, DeployedBy by, String registeredAt, String status, String updatedAt) {

  /**
   * @param reason why it is so whatever checks found; null when they decide
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

  /** While some agents of a job are on trial, there is nobody else who offers what they offer. */
  private String role() {
    if (by == null) {
      return null;
    }
    return by.role().equals(DeployedBy.CANARY) ? DeployedBy.PRIMARY : by.role();
  }
}
