package io.mirrorneuron.port;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * Result of validating a bundle without submitting it: a {@code validation.report/v1} with all
 * errors and warnings and a plan.
 *
 * @param ok whether it would be accepted now, given values for the missing inputs
 * @param status {@code passed} or {@code failed}
 * @param errors a sentence for each error
 * @param warnings a sentence for each warning; the job can run
 * @param issues errors and warnings with their places; errors in the order manifest, machines,
 *     services, input rules
 * @param results of checks that call other systems, each a record or a map
 * @param plan null when the manifest is invalid
 */
public record Validation(
    String version,
    boolean ok,
    String status,
    int errorCount,
    List<String> errors,
    List<String> warnings,
    List<Issue> issues,
    List<Object> results,
    @JsonInclude(JsonInclude.Include.NON_NULL) Plan plan) {
  private static final String ERROR = "error";
  private static final String WARNING = "warning";
  private static final String MISSPELT = ".unknown_member";

  public Validation {
    errors = List.copyOf(errors);
    warnings = List.copyOf(warnings);
    issues = List.copyOf(issues);
    results = List.copyOf(results);
  }

  public static Validation of(List<Issue> issues, Plan plan) {
    return of(issues, List.of(), plan);
  }

  public static Validation of(List<Issue> issues, List<Object> results, Plan plan) {
    List<String> errors = sentences(issues, ERROR);
    return new Validation(
        "validation.report/v1",
        errors.isEmpty(),
        errors.isEmpty() ? "passed" : "failed",
        errors.size(),
        errors,
        sentences(issues, WARNING),
        issues,
        results,
        plan);
  }

  /**
   * Returns a copy with the issues of one more check (of the language models a launch needs) before
   * those of the rules.
   */
  public Validation beforeRules(List<Issue> more) {
    long before = issues.stream().takeWhile(issue -> issue.rule == null).count();
    List<Issue> all = new ArrayList<>(issues);
    all.addAll((int) before, more);
    return of(all, results, plan);
  }

  /**
   * Returns a copy with these issues first, without duplicates: a warning of a plain validation may
   * be an error of a launch.
   */
  public Validation withFirst(List<Issue> more) {
    List<Issue> all = new ArrayList<>(more.stream().filter(one -> !issues.contains(one)).toList());
    all.addAll(issues);
    return of(all, results, plan);
  }

  /** The subset shown in a refusal: the errors, and hints at members that are probably misspelt. */
  public Validation ofRefusal() {
    return of(
        issues.stream()
            .filter(issue -> issue.severity.equals(ERROR) || issue.code.endsWith(MISSPELT))
            .toList(),
        results,
        null);
  }

  private static List<String> sentences(List<Issue> issues, String severity) {
    Stream<Issue> those = issues.stream().filter(issue -> issue.severity.equals(severity));
    return those.map(Issue::sentence).toList();
  }

  /**
   * An error or a warning.
   *
   * @param code for programs: {@code manifest.required}
   * @param help what the author can do; may be empty
   * @param severity {@code error} or {@code warning}
   * @param expected the expected value, in words or as JSON; null where no shape is violated
   * @param actual the value found, shortened and without secrets; null if {@code expected} is
   * @param rule the violated rule of the manifest; null for other issues
   * @param debug output and exit of a rule's program; null for other issues
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Issue(
      String code,
      String message,
      String help,
      String severity,
      Location location,
      Object expected,
      Object actual,
      Rule rule,
      Object debug) {
    /** A command names a script that is not among its files. */
    public static final String SCRIPT_MISSING = "manifest.script_missing";

    public Issue(String code, String message, String help, String severity, Location location) {
      this(code, message, help, severity, location, null, null, null, null);
    }

    /**
     * Returns a copy with the expected and the actual value; each JSON, or a record that becomes
     * it.
     */
    public Issue instead(Object wanted, Object found) {
      return new Issue(code, message, help, severity, location, wanted, found, rule, debug);
    }

    /** Returns a copy with this rule as its source. */
    public Issue by(Rule which) {
      return new Issue(code, message, help, severity, location, expected, actual, which, debug);
    }

    /** Returns a copy with these {@code debug} details. */
    public Issue with(Object details) {
      return new Issue(code, message, help, severity, location, expected, actual, rule, details);
    }

    public Issue at(Location place) {
      return new Issue(code, message, help, severity, place, expected, actual, rule, debug);
    }

    public Issue {
      help = Objects.requireNonNullElse(help, "");
      location = Objects.requireNonNullElse(location, Location.BUNDLE);
    }

    public static Issue error(String code, String message, String help, Location location) {
      return new Issue(code, message, help, ERROR, location);
    }

    public static Issue warning(String code, String message, String help, Location location) {
      return new Issue(code, message, help, WARNING, location);
    }

    /** Whether it prevents the job from running. */
    @JsonIgnore
    public boolean isError() {
      return severity.equals(ERROR);
    }

    public Issue asWarning() {
      return new Issue(code, message, help, WARNING, location, expected, actual, rule, debug);
    }

    /**
     * The message, prefixed with its place in the file or, unless the message has it, in the
     * manifest.
     */
    public String sentence() {
      if (location.file != null) {
        return "%s:%d:%d: %s".formatted(location.file, location.line, location.column, message);
      }
      boolean isNamed =
          severity.equals(WARNING) || location.path.isEmpty() || message.contains(location.path);
      return isNamed ? message : location.path + ": " + message;
    }
  }

  /**
   * A rule for the input of a job.
   *
   * @param type {@code pattern} or {@code command}
   * @param index among the rules, from 0
   * @param id null when its author gave none
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Rule(String name, String type, int index, String id) {}

  /**
   * The place of an issue.
   *
   * @param source {@code manifest}, {@code config}, {@code requirements}, or {@code bundle} if
   *     there is no place
   * @param path with dots and positions: {@code nodes.3.config.command}; empty for the whole
   * @param pointer as a JSON pointer: {@code /manifest/nodes/3/config/command}
   * @param file of the author, if known; else null
   * @param line counted from 1; null without a file
   * @param column counted from 1; null without a file
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Location(
      String source, String path, String pointer, String file, Integer line, Integer column) {
    /** The bundle as a whole. */
    public static final Location BUNDLE = new Location("bundle", "", "");

    public Location(String source, String path, String pointer) {
      this(source, path, pointer, null, null, null);
    }

    /** Returns a copy with a place in a file. */
    public Location at(String name, int inLine, int inColumn) {
      return new Location(source, path, pointer, name, inLine, inColumn);
    }

    public Location {
      path = Objects.requireNonNullElse(path, "");
      pointer = Objects.requireNonNullElse(pointer, "");
    }
  }

  /**
   * The steps and agents that would run.
   *
   * @param steps in manifest order; none for a graph of agents only
   * @param agents in manifest order
   */
  public record Plan(
      String graphId, String jobType, List<PlannedStep> steps, List<PlannedAgent> agents) {}

  /**
   * @param after the steps that it waits for
   * @param agents that work for it
   */
  public record PlannedStep(String stepId, List<String> after, List<String> agents) {}

  /**
   * @param pool whose slots its program takes; null without a program
   * @param slots of the pool; 0 without a program
   * @param command with its arguments; empty without a program
   */
  public record PlannedAgent(
      String agentId, String agentType, String pool, int slots, List<String> command) {}
}
