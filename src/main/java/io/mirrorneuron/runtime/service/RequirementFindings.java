package io.mirrorneuron.runtime.service;

import io.mirrorneuron.port.node.ServiceReport;
import io.mirrorneuron.port.node.ServiceReport.Issue;
import io.mirrorneuron.port.node.ServiceReport.Location;
import io.mirrorneuron.port.node.ServiceReport.Result;
import io.mirrorneuron.runtime.manifest.graph.ServiceRequirement;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;

/** Makes the report of what was found of services that are needed; {@code grpc.md} 3.14. */
final class RequirementFindings {
  /** The status of what has not the form of a requirement, so that nobody knows what is meant. */
  static final String INVALID = "invalid";

  private RequirementFindings() {}

  /**
   * @param source what the requirements stand in
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
