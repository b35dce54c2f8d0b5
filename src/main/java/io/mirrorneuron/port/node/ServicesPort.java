package io.mirrorneuron.port.node;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import java.util.Map;

/** Service registry of jobs. Blocking. Thread-safe. */
public interface ServicesPort {
  /** Registered instances, sorted by name and id. */
  record Registered(List<RegisteredService> services) {
    public Registered {
      services = List.copyOf(services);
    }
  }

  /**
   * Instances of one service.
   *
   * @param service the preferred one, the first; null when there is none
   */
  record Resolved(List<RegisteredService> services, RegisteredService service) {
    public Resolved {
      services = List.copyOf(services);
    }

    public static Resolved of(List<RegisteredService> services) {
      return new Resolved(services, services.isEmpty() ? null : services.getFirst());
    }
  }

  Registered list(ServiceFilter filter);

  /** Instances of a service, the preferred one first; empty for an unknown service. */
  Resolved resolve(String name, ServiceFilter filter);

  /**
   * Checks whether required services exist and pass.
   *
   * @param requirements as JSON: a list or a single requirement
   * @throws io.mirrorneuron.model.MnException MALFORMED for invalid JSON; INVALID for another shape
   */
  ServiceReport check(String requirements);

  /**
   * Filter for service instances; null is any.
   *
   * @param tags all of which an instance must have
   * @param passingOnly null for the default: a list has all, a resolution only passing instances
   * @param deploymentRole null is none, or the primary one
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record ServiceFilter(
      String name,
      String node,
      String jobId,
      String agentId,
      String status,
      List<String> tags,
      Boolean passingOnly,
      String deploymentRole) {
    public ServiceFilter {
      tags = tags == null ? List.of() : List.copyOf(tags);
    }

    public static ServiceFilter tagged(List<String> tags, boolean passingOnly) {
      return new ServiceFilter(null, null, null, null, null, tags, passingOnly, null);
    }
  }

  /**
   * The {@code validation.report/v1} about required services.
   *
   * @param status {@code passed} or {@code failed}
   * @param errors a sentence for each issue
   * @param warnings sentences about ignored parts of the request; absent if empty
   */
  public record ServiceReport(
      String version,
      boolean ok,
      String status,
      int errorCount,
      List<String> errors,
      List<Issue> issues,
      List<Result> results,
      @JsonInclude(JsonInclude.Include.NON_EMPTY) List<String> warnings) {

    /** A requirement that is not met. */
    public record Issue(
        String code,
        String message,
        String help,
        String severity,
        Location location,
        String expected,
        String actual) {}

    public record Location(String source, String path, String pointer) {}

    /**
     * Result for one requirement.
     *
     * @param health of a service checked just now; null for a registered service
     * @param instances registered; null for an external service
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Result(
        String name,
        String type,
        boolean required,
        boolean ok,
        String status,
        RegisteredService.Health health,
        List<RegisteredService> instances,
        String error) {}
  }

  /**
   * A registered service instance of a job.
   *
   * @param id {@code <job>:<agent, or job>:<name>}
   * @param port null when it has none
   * @param meta further data of its author
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

    /** Returns a copy with its role in the deployment. */
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

    /** The author's definition of a check, without the request it sends, which may be secret. */
    public record Check(
        String name,
        String type,
        long timeoutMs,
        long intervalMs,
        boolean required,
        int failuresBeforeCritical) {}

    /**
     * Result of the last checks.
     *
     * @param reason that overrides the checks; null when they decide
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Health(String status, String reason, List<CheckReport> checks) {}

    /**
     * One check.
     *
     * @param message for people; null when it passes
     * @param durationMs null if never run
     * @param suppressedStatus the status of the service if the failures continue
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
}
