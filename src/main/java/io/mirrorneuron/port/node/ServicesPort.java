package io.mirrorneuron.port.node;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import java.util.Map;

/** Services that jobs offer. Blocking and thread-safe. */
public interface ServicesPort {
  /** Registered instances by their names and ids. */
  record Registered(List<RegisteredService> services) {
    public Registered {
      services = List.copyOf(services);
    }
  }

  /**
   * Instances of one service.
   *
   * @param service the first of them, which is the one to take; null when there is none
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

  /** Instances of a service, the one to take first; none of an unknown one. */
  Resolved resolve(String name, ServiceFilter filter);

  /**
   * Whether services are there and well.
   *
   * @param requirements as JSON: a list, or one
   * @throws io.mirrorneuron.model.MnException MALFORMED when it is no JSON; INVALID when it is
   *     something else
   */
  ServiceReport check(String requirements);

  /**
   * Which instances of services somebody wants; null is any.
   *
   * @param tags all of which an instance must have
   * @param passingOnly null leaves it to the question: a list has all, and what is resolved passes
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

    /** Any with these tags. */
    public static ServiceFilter tagged(List<String> tags, boolean passingOnly) {
      return new ServiceFilter(null, null, null, null, null, tags, passingOnly, null);
    }
  }

  /**
   * The {@code validation.report/v1} about services that are needed.
   *
   * @param status {@code passed} or {@code failed}
   * @param errors a sentence for each issue
   * @param warnings sentences about what is ignored of the question; left out where nothing is
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

    /** What is wrong with one of them. */
    public record Issue(
        String code,
        String message,
        String help,
        String severity,
        Location location,
        String expected,
        String actual) {}

    /** Where the requirement stands. */
    public record Location(String source, String path, String pointer) {}

    /**
     * What was found of one requirement.
     *
     * @param health of what was asked now; null for what is registered
     * @param instances that are registered; null for what is elsewhere
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
}
