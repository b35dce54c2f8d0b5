package io.mirrorneuron.runtime.manifest.reading;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.config.NearestMatch;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.wire.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** The errors and warnings of one manifest, in the order they are found. Not thread-safe. */
public final class Findings {
  /** A hostile manifest can have millions of errors; nobody reads more than these. */
  static final int MAX_LISTED = 100;

  private record Issue(ManifestProblem problem, String message, String path, String pointer) {}

  /** Longer names are no typing errors, and comparing them takes time. */
  private static final int LONGEST_COMPARED = 64;

  private final boolean inSteps;
  private final boolean strict;
  private final List<Issue> errors = new ArrayList<>();
  private final List<String> warnings = new ArrayList<>();
  private int errorCount;
  private int warningCount;

  /**
   * @param inSteps whether the manifest has the form {@code mn.workflow/v1}, whose error codes are
   *     others
   */
  public Findings(boolean inSteps) {
    this(inSteps, false);
  }

  private Findings(boolean inSteps, boolean strict) {
    this.inSteps = inSteps;
    this.strict = strict;
  }

  /** Of a manifest in which unknown members are errors. */
  public static Findings strict(boolean inSteps) {
    return new Findings(inSteps, true);
  }

  void error(ManifestProblem problem, ManifestPlace place, String message) {
    errorCount++;
    if (errors.size() < MAX_LISTED) {
      errors.add(new Issue(problem, message, place.path(), place.pointer()));
    }
  }

  /** A sentence that is among the warnings already is not added again. */
  void warn(String message) {
    if (warnings.contains(message)) {
      return;
    }
    warningCount++;
    if (warnings.size() < MAX_LISTED) {
      warnings.add(message);
    }
  }

  /** An error when this is strict, else a warning. */
  void unknown(ManifestPlace place, Set<String> known) {
    boolean listed = (strict ? errors : warnings).size() < MAX_LISTED;
    String message = "unknown member " + place.label() + (listed ? meant(place, known) : "");
    if (strict) {
      error(ManifestProblem.UNKNOWN_MEMBER, place, message);
    } else {
      warn(message);
    }
  }

  private static String meant(ManifestPlace place, Set<String> known) {
    return place.segment().length() > LONGEST_COMPARED
        ? ""
        : NearestMatch.of(place.segment(), known)
            .map(near -> "; did you mean " + near + "?")
            .orElse("");
  }

  public List<String> warnings() {
    if (warningCount == warnings.size()) {
      return List.copyOf(warnings);
    }
    List<String> listed = new ArrayList<>(warnings);
    listed.add("and %d more warnings".formatted(warningCount - warnings.size()));
    return List.copyOf(listed);
  }

  /**
   * Throws one exception for all errors: PRECONDITION when the manifest is right but this server
   * cannot run it, else INVALID.
   */
  public void throwIfAny() {
    if (errors.isEmpty()) {
      return;
    }
    boolean sound =
        errorCount == errors.size() && errors.stream().allMatch(e -> e.problem.lacksCapability());
    throw new MnException(
        sound ? ErrorCode.PRECONDITION : ErrorCode.INVALID,
        sound ? errors.getFirst().problem.word() : "manifest_validation_failed",
        message(),
        report(),
        null);
  }

  private String message() {
    String listed = errors.stream().map(Issue::message).collect(Collectors.joining("; "));
    int unlisted = errorCount - errors.size();
    return unlisted == 0 ? listed : listed + "; and " + unlisted + " more errors";
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
      boolean named = error.path.isEmpty() || error.message.contains(error.path);
      sentences.add(named ? error.message : error.path + ": " + error.message);
      ObjectNode issue = issues.addObject();
      issue.put("code", inSteps ? error.problem.stepCode() : error.problem.code());
      issue.put("message", error.message);
      issue.put("help", error.problem.help());
      issue.put("severity", "error");
      ObjectNode location = issue.putObject("location");
      location.put("source", "manifest");
      location.put("path", error.path);
      location.put("pointer", error.pointer);
    }
    return report;
  }
}
