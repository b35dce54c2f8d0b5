package io.mirrorneuron.runtime.service;

import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.node.ServicesPort.RegisteredService;
import io.mirrorneuron.port.node.ServicesPort.ServiceReport;
import io.mirrorneuron.port.node.ServicesPort.ServiceReport.Issue;
import io.mirrorneuron.port.node.ServicesPort.ServiceReport.Location;
import io.mirrorneuron.port.node.ServicesPort.ServiceReport.Result;
import io.mirrorneuron.runtime.manifest.graph.CheckDefinition;
import io.mirrorneuron.runtime.manifest.graph.ServiceDefinition;
import io.mirrorneuron.runtime.manifest.graph.ServiceDemands;
import io.mirrorneuron.runtime.manifest.graph.ServiceRequirement;
import io.mirrorneuron.runtime.service.Prober.CheckTarget;
import io.mirrorneuron.wire.Json;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.stream.IntStream;

/**
 * Checks whether required services are available. Registered ones are looked up; external ones and
 * further checks run now. Blocking.
 */
public final class ServiceRequirements {
  private static final Executor THREADS = Thread::startVirtualThread;

  private final ServiceDirectory directory;
  private final Prober prober;

  public ServiceRequirements(ServiceDirectory directory, Prober prober) {
    this.directory = directory;
    this.prober = prober;
  }

  /**
   * Refuses a job whose required services are missing, unless its submitter forces it.
   *
   * @throws MnException PRECONDITION {@code service_requirements_not_met} with a report
   */
  public void require(ServiceDemands demands) {
    if (demands.required().isEmpty() || demands.forced()) {
      return;
    }
    ServiceReport report = report("manifest", demands.required());
    if (!report.ok()) {
      throw new MnException(
          ErrorCode.PRECONDITION,
          "service_requirements_not_met",
          String.join("; ", report.errors()),
          Json.MAPPER.valueToTree(report),
          null);
    }
  }

  /** The report as {@code CheckServices} answers it. */
  public ServiceReport report(List<ServiceRequirement> needs) {
    return report("services", needs);
  }

  private ServiceReport report(String source, List<ServiceRequirement> needs) {
    List<CompletableFuture<Result>> found =
        needs.stream()
            .map(need -> CompletableFuture.supplyAsync(() -> look(need), THREADS))
            .toList();
    return RequirementFindings.of(
        source, needs, found.stream().map(CompletableFuture::join).toList());
  }

  private Result look(ServiceRequirement need) {
    if (need.problem() != null) {
      return result(need, false, RequirementFindings.INVALID, null, null, need.problem());
    }
    try {
      return need.where() == null ? registered(need) : elsewhere(need);
    } catch (MnException e) {
      return result(need, false, "registry_unavailable", null, null, e.getMessage());
    }
  }

  private Result registered(ServiceRequirement need) {
    List<RegisteredService> all = directory.resolve(need.name(), ServiceQuery.needed(need, false));
    if (all.isEmpty()) {
      String missing = need.required() ? "missing" : "optional_missing";
      String error = "no instance of " + need.words() + " is registered";
      return result(need, !need.required(), missing, null, all, error);
    }
    List<RegisteredService> passing = all.stream().filter(RegisteredService::passes).toList();
    if (passing.isEmpty()) {
      String status = all.getFirst().status();
      String error = "no instance of %s passes, the best is %s".formatted(need.words(), status);
      return result(need, !need.required(), "warning", null, all, error);
    }
    if (need.checks().isEmpty()) {
      return result(need, true, "passing", null, passing, null);
    }
    RegisteredService first = passing.getFirst();
    ServiceDefinition where = ServiceDefinition.at(need.name(), first.address(), first.port());
    return checked(need, where, passing);
  }

  private Result elsewhere(ServiceRequirement need) {
    return checked(need, need.where(), null);
  }

  /** Runs the checks of a requirement, or tests whether a port listens. */
  private Result checked(
      ServiceRequirement need, ServiceDefinition where, List<RegisteredService> instances) {
    List<CheckDefinition> checks =
        need.checks().isEmpty() ? List.of(CheckDefinition.listening()) : need.checks();
    CheckTarget target =
        new CheckTarget(
            where, where.portNumber() == 0 ? Set.of() : Set.of(where.portNumber()), null);
    ServiceHealth health = ServiceHealth.unknown(checks).onceOnly();
    for (int i = 0; i < checks.size(); i++) {
      health = health.after(i, prober.askOnce(checks.get(i), target), 0);
    }
    boolean ok = health.status() != ServiceStatus.CRITICAL;
    return result(
        need,
        ok || !need.required(),
        ok ? health.status().word() : "failed",
        health.report(),
        instances,
        ok ? null : need.words() + " is not well: " + health.firstFailure());
  }

  private static Result result(
      ServiceRequirement need,
      boolean ok,
      String status,
      RegisteredService.Health health,
      List<RegisteredService> instances,
      String error) {
    return new Result(
        need.name(), "service", need.required(), ok, status, health, instances, error);
  }

  /** Builds the report on required services; {@code grpc.md} 3.14. */
  private static final class RequirementFindings {
    /** Status of a malformed requirement. */
    static final String INVALID = "invalid";

    private RequirementFindings() {}

    /**
     * @param source member that has the requirements
     * @param results of the needs, in the same order
     */
    static ServiceReport of(String source, List<ServiceRequirement> needs, List<Result> results) {
      List<Issue> issues =
          IntStream.range(0, needs.size())
              .filter(i -> counts(results.get(i)))
              .mapToObj(i -> issue(source, needs.get(i), results.get(i)))
              .toList();
      return new ServiceReport(
          "validation.report/v1",
          issues.isEmpty(),
          issues.isEmpty() ? "passed" : "failed",
          issues.size(),
          issues.stream().map(RequirementFindings::sentence).toList(),
          issues,
          results,
          needs.stream().flatMap(need -> need.warnings().stream()).distinct().toList());
    }

    private static boolean counts(Result result) {
      return !result.ok() && (result.required() || result.status().equals(INVALID));
    }

    private static String sentence(Issue issue) {
      String path = issue.location().path();
      return path.isEmpty() ? issue.message() : path + ": " + issue.message();
    }

    private static Issue issue(String source, ServiceRequirement need, Result result) {
      String path = need.place();
      String pointer = "/" + source + (path.isEmpty() ? "" : "/" + path.replace('.', '/'));
      return new Issue(
          code(result),
          Objects.requireNonNullElse(result.error(), "is not there"),
          help(need, result),
          "error",
          new Location(source, path, pointer),
          "a passing instance of " + need.words(),
          result.status());
    }

    private static String code(Result result) {
      return switch (result.status()) {
        case "missing" -> "service.required_missing";
        case "registry_unavailable" -> "service.registry_unavailable";
        case INVALID -> "service.requirement_type";
        default -> "service.health_failed";
      };
    }

    private static String help(ServiceRequirement need, Result result) {
      return switch (result.status()) {
        case "missing" -> "Start a job that offers it: mn service list --all shows what is there.";
        case "registry_unavailable" -> "Try again when Redis answers.";
        case INVALID -> "A requirement is a name, or an object with a name.";
        default ->
            need.where() == null
                ? "Look at its health: mn service list --all."
                : "It is in no list here: see that it runs where the requirement says, and can be"
                    + " reached from this server.";
      };
    }
  }
}
