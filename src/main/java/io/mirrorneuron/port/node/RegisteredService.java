package io.mirrorneuron.port.node;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import java.util.Map;

/**
 * An instance of a service that a job has registered.
 *
 * @param id {@code <job>:<agent, or job>:<name>}
 * @param port null when it has none
 * @param meta what its author says more
 * @param status {@code passing}, {@code warning} or {@code critical}
 * @param agentId null for a service of the job
 * @param deploymentId null outside deployments, as are the following
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record RegisteredService(
    String id,
    String name,
    String provider,
    String origin,
    String address,
    Integer port,
    String url,
    List<String> tags,
    Map<String, Object> meta,
    List<Check> checks,
    String status,
    Health health,
    String lastCheckAt,
    String jobId,
    String agentId,
    String runId,
    String node,
    String deploymentId,
    String deploymentKey,
    String deploymentVersion,
    String deploymentRole,
    String registeredAt,
    String updatedAt) {

  /** The same in a deployment. */
  public RegisteredService as(String role) {
    return new RegisteredService(
        id,
        name,
        provider,
        origin,
        address,
        port,
        url,
        tags,
        meta,
        checks,
        status,
        health,
        lastCheckAt,
        jobId,
        agentId,
        runId,
        node,
        deploymentId,
        deploymentKey,
        deploymentVersion,
        role,
        registeredAt,
        updatedAt);
  }

  public boolean passes() {
    return "passing".equals(status);
  }

  /** What its author wrote of a check, but for what it sends: that may be secret. */
  public record Check(
      String name,
      String type,
      long timeoutMs,
      long intervalMs,
      boolean required,
      int failuresBeforeCritical) {}

  /**
   * What its checks found last.
   *
   * @param reason why it is so whatever they found; null when they decide
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Health(String status, String reason, List<CheckReport> checks) {}

  /**
   * One check.
   *
   * @param message for people; null when all is well
   * @param durationMs null when it was never made
   * @param suppressedStatus what it would make of the service if it went on like this
   * @param transientFailure whether it fails, but not often enough in a row to count
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record CheckReport(
      String name,
      String type,
      String status,
      boolean required,
      int consecutiveFailures,
      String message,
      Long durationMs,
      String lastCheckAt,
      String suppressedStatus,
      @JsonInclude(JsonInclude.Include.NON_DEFAULT) boolean transientFailure) {}
}
