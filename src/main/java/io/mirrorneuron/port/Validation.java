package io.mirrorneuron.port;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * What a runtime says to a bundle that is not submitted: a {@code validation.report/v1} with all
 * that is wrong or strange, and what would run.
 *
 * @param ok whether it would be accepted now, with values for the inputs that are still to be given
 * @param status {@code passed} or {@code failed}
 * @param errors a sentence for each error
 * @param warnings sentences about what the author should look at though the job can run
 * @param issues errors and warnings with their places; errors in the order manifest, machines,
 *     services, rules of inputs
 * @param results what was found by checks that ask others, each a record or a map
 * @param plan null when the manifest is wrong
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

  /** The report of these issues. */
  public static Validation of(List<Issue> issues, Plan plan) {
    return of(issues, List.of(), plan);
  }

  /** The report of these issues, and of what was found besides. */
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
   * The same with issues of one more check, before those of rules: of language models that a launch
   * needs.
   */
  public Validation beforeRules(List<Issue> more) {
    long before = issues.stream().takeWhile(issue -> issue.rule == null).count();
    List<Issue> all = new ArrayList<>(issues);
    all.addAll((int) before, more);
    return of(all, results, plan);
  }

  /**
   * The same with these issues before the others, unless they are among them: what is only strange
   * in a manifest that is looked at may be an error of one that is to run.
   */
  public Validation withFirst(List<Issue> more) {
    List<Issue> all = new ArrayList<>(more.stream().filter(one -> !issues.contains(one)).toList());
    all.addAll(issues);
    return of(all, results, plan);
  }

  /** What a refusal says: the errors, and hints at members that were probably misspelt. */
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
   * One thing to look at.
   *
   * @param code for programs: {@code manifest.required}
   * @param help what its author can do; may be empty
   * @param severity {@code error} or {@code warning}
   * @param expected what should stand there, in words or as JSON; null where that is no shape
   * @param actual what does, shortened and without secrets; null with the former
   * @param rule of the manifest that is not met; null for what is no rule
   * @param debug what a program of a rule printed, and how it ended; null for others
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
    /** Of a command that names a script which is not among its files. */
    public static final String SCRIPT_MISSING = "manifest.script_missing";

    public Issue(String code, String message, String help, String severity, Location location) {
      this(code, message, help, severity, location, null, null, null, null);
    }

    /** The same of a value that should be another one; each JSON, or a record that becomes it. */
    public Issue instead(Object wanted, Object found) {
      return new Issue(code, message, help, severity, location, wanted, found, rule, debug);
    }

    /** The same, which a rule of the manifest says. */
    public Issue by(Rule which) {
      return new Issue(code, message, help, severity, location, expected, actual, which, debug);
    }

    /** The same, with what helps to understand it. */
    public Issue with(Object details) {
      return new Issue(code, message, help, severity, location, expected, actual, rule, details);
    }

    /** The same at another place. */
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

    /** Whether it keeps the job from running. */
    @JsonIgnore
    public boolean isError() {
      return severity.equals(ERROR);
    }

    /** The same, which keeps nobody from running. */
    public Issue asWarning() {
      return new Issue(code, message, help, WARNING, location, expected, actual, rule, debug);
    }

    /** The message, after its place in the file or, unless that is in it, in the manifest. */
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
   * A rule by which the input of a job is checked.
   *
   * @param type {@code pattern} or {@code command}
   * @param index among the rules, from 0
   * @param id null when its author gave none
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Rule(String name, String type, int index, String id) {}

  /**
   * Where something stands.
   *
   * @param source {@code manifest}, {@code config}, {@code requirements}, or {@code bundle} for
   *     what is not about a place
   * @param path with dots and positions: {@code nodes.3.config.command}; empty for the whole
   * @param pointer as a JSON pointer: {@code /manifest/nodes/3/config/command}
   * @param file that it stands in, where the author's file is known; else null
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

    /** The same, which stands there in a file. */
    public Location at(String name, int inLine, int inColumn) {
      return new Location(source, path, pointer, name, inLine, inColumn);
    }

    public Location {
      path = Objects.requireNonNullElse(path, "");
      pointer = Objects.requireNonNullElse(pointer, "");
    }
  }

  /**
   * What would run.
   *
   * @param steps in manifest order; none for a graph of agents only
   * @param agents in manifest order
   */
  public record Plan(
      String graphId, String jobType, List<PlannedStep> steps, List<PlannedAgent> agents) {}

  /**
   * @param after the steps that it waits for
   * @param agents those that work for it
   */
  public record PlannedStep(String stepId, List<String> after, List<String> agents) {}

  /**
   * @param pool whose slots its program takes; null when it runs none
   * @param slots how many of them; 0 when it runs none
   * @param command with its arguments; empty when it runs none
   */
  public record PlannedAgent(
      String agentId, String agentType, String pool, int slots, List<String> command) {}
}
