package io.mirrorneuron.port.node;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;

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
