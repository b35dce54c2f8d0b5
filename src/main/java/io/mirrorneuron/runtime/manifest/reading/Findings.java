package io.mirrorneuron.runtime.manifest.reading;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.Validation.Issue;
import io.mirrorneuron.port.Validation.Location;
import io.mirrorneuron.runtime.manifest.reading.Written.ManifestPlace;
import io.mirrorneuron.wire.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The errors and warnings of one manifest, in the order they are found. Not thread-safe. */
public final class Findings {
  /** A hostile manifest can have millions of errors. */
  static final int MAX_LISTED = 100;

  private static final String WARNING = "manifest.warning";
  private static final String MORE = "manifest.more";
  private static final Location WHOLE = new Location("manifest", "", "/manifest");

  /** Why a manifest is read. */
  public enum Purpose {
    /** Of an existing job: only what cannot run is an error. */
    STORED,
    /** For a new job; inputs may still be missing. */
    NEW,
    /** For a new job; unknown members are errors. */
    STRICT
  }

  private final boolean inSteps;
  private final Purpose purpose;
  private final List<Issue> errors = new ArrayList<>();
  private final List<Issue> warnings = new ArrayList<>();
  private final List<ManifestProblem> problems = new ArrayList<>();

  /** Unknown members that are probably misspelt: the missing member may be there. */
  private final List<Issue> misspelt = new ArrayList<>();

  private int errorCount;
  private int warningCount;

  /**
   * @param inSteps whether the manifest has the form {@code mn.workflow/v1}, which has other error
   *     codes
   */
  public Findings(boolean inSteps) {
    this(inSteps, Purpose.STORED);
  }

  public Findings(boolean inSteps, Purpose purpose) {
    this.inSteps = inSteps;
    this.purpose = purpose;
  }

  /** Adds an error unless it is there already. */
  void error(ManifestProblem problem, ManifestPlace place, String message) {
    error(problem, place, message, null, null);
  }

  /** The same for a value that should be another one. */
  void error(
      ManifestProblem problem,
      ManifestPlace place,
      String message,
      String expected,
      String actual) {
    Issue issue =
        Issue.error(code(problem), message, problem.help(), place.location())
            .instead(expected, actual);
    if (errors.contains(issue)) {
      return;
    }
    errorCount++;
    if (!problems.contains(problem)) {
      problems.add(problem);
    }
    if (errors.size() < MAX_LISTED) {
      errors.add(issue);
    }
  }

  private String code(ManifestProblem problem) {
    return inSteps ? problem.stepCode() : problem.code();
  }

  /** An error of a new manifest, a warning of an accepted one. */
  void refuse(ManifestProblem problem, ManifestPlace place, String message) {
    refuse(problem, place, message, null, null);
  }

  /** The same for a value that should be another one. */
  void refuse(
      ManifestProblem problem,
      ManifestPlace place,
      String message,
      String expected,
      String actual) {
    if (purpose == Purpose.STORED) {
      warn(place, message);
    } else {
      error(problem, place, message, expected, actual);
    }
  }

  /** An error in a stored manifest, whose job is to run; a warning in a new one. */
  void require(ManifestPlace place, String refusal, String warning) {
    if (purpose == Purpose.STORED) {
      error(ManifestProblem.REQUIRED, place, refusal);
    } else {
      warn(place, warning);
    }
  }

  /** Adds a warning unless the sentence is there already. */
  void warn(ManifestPlace place, String message) {
    warn(Issue.warning(WARNING, message, "", place.location()));
  }

  private void warn(Issue warning) {
    if (warnings.stream().anyMatch(said -> said.message().equals(warning.message()))) {
      return;
    }
    warningCount++;
    if (warnings.size() < MAX_LISTED) {
      warnings.add(warning);
    }
  }

  /**
   * An error when this is strict, else a warning.
   *
   * @param meant the probably meant name; called only when it is needed
   */
  void unknown(ManifestPlace place, Supplier<Optional<String>> meant) {
    boolean strict = purpose == Purpose.STRICT;
    boolean listed = (strict ? errors : warnings).size() < MAX_LISTED;
    String hint = listed ? meant.get().map(near -> "; did you mean " + near + "?").orElse("") : "";
    String message = "unknown member " + place.label() + hint;
    if (strict) {
      error(ManifestProblem.UNKNOWN_MEMBER, place, message);
    } else {
      ManifestProblem unknown = ManifestProblem.UNKNOWN_MEMBER;
      Issue issue = Issue.warning(code(unknown), message, unknown.help(), place.location());
      if (!hint.isEmpty()) {
        misspelt.add(issue);
      }
      warn(issue);
    }
  }

  public List<String> warnings() {
    List<String> listed = new ArrayList<>(warnings.stream().map(Issue::message).toList());
    if (warningCount > warnings.size()) {
      listed.add(more(warningCount - warnings.size(), "warnings"));
    }
    return List.copyOf(listed);
  }

  public List<Issue> errors() {
    List<Issue> all = new ArrayList<>(errors);
    if (errorCount > errors.size()) {
      all.add(Issue.error(MORE, more(errorCount - errors.size(), "errors"), "", WHOLE));
    }
    return all;
  }

  /** All errors, then all warnings. */
  public List<Issue> issues() {
    List<Issue> all = errors();
    all.addAll(warnings);
    if (warningCount > warnings.size()) {
      all.add(Issue.warning(MORE, more(warningCount - warnings.size(), "warnings"), "", WHOLE));
    }
    return List.copyOf(all);
  }

  private static String more(int count, String what) {
    return "and %d more %s".formatted(count, what);
  }

  /**
   * Throws one exception for all errors: PRECONDITION when the manifest is right but this server
   * cannot run it, else INVALID.
   */
  public void throwIfAny() {
    if (errors.isEmpty()) {
      return;
    }
    boolean sound = problems.stream().allMatch(ManifestProblem::lacksCapability);
    throw new MnException(
        sound ? ErrorCode.PRECONDITION : ErrorCode.INVALID,
        sound ? problems.getFirst().word() : "manifest_validation_failed",
        message(),
        report(),
        null);
  }

  private String message() {
    Stream<String> listed = Stream.concat(errors.stream(), misspelt.stream()).map(Issue::message);
    int unlisted = errorCount - errors.size();
    return Stream.concat(
            listed, unlisted == 0 ? Stream.empty() : Stream.of(more(unlisted, "errors")))
        .collect(Collectors.joining("; "));
  }

  /** The {@code validation.report/v1} object. */
  private ObjectNode report() {
    ObjectNode report = Json.object();
    report.put("version", "validation.report/v1");
    report.put("ok", false);
    report.put("status", "failed");
    report.put("error_count", errorCount);
    ArrayNode sentences = report.putArray("errors");
    ArrayNode issues = report.putArray("issues");
    report.putArray("results");
    for (Issue error : errors) {
      sentences.add(error.sentence());
      issues.add(Json.MAPPER.<ObjectNode>valueToTree(error));
    }
    misspelt.forEach(hint -> issues.add(Json.MAPPER.<ObjectNode>valueToTree(hint)));
    return report;
  }
}
