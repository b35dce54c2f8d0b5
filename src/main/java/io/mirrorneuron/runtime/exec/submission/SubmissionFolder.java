package io.mirrorneuron.runtime.exec.submission;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The folder of one submission, as the programs of its job have it.
 *
 * @param id its name
 * @param folder a real path
 * @param runId of the job
 * @param run the folder of the run; null while there is none
 * @param given what the manifest said of it, when its words are to be replaced; null otherwise
 * @param lent the folder that another one has and this job may read; null for none
 */
public record SubmissionFolder(
    String id, Path folder, String runId, Path run, GivenStorage given, Path lent) {
  static final String ID = "MN_STORAGE_SUBMISSION_ID";
  static final String RUNS_ROOT = "MN_RUNS_ROOT";
  static final String RUN_ID = "MN_RUN_ID";
  static final String INPUTS = "inputs";
  static final String OUTPUTS = "outputs";
  static final String RUNS = "runs";
  static final String USER = "user";

  /** What follows a path in a text, unless its last name goes on. */
  private static final String PATH_END = "(?![A-Za-z0-9_.:-])";

  private static final Pattern NOWHERE = Pattern.compile("(?!)()");

  Path runs() {
    return folder.resolve(OUTPUTS).resolve(RUNS);
  }

  /** What programs are told of it. */
  public Map<String, String> variables() {
    Map<String, String> variables = new LinkedHashMap<>();
    if (run != null) {
      variables.put("MN_RUN_DIR", run.toString());
    }
    variables.put("MN_JOB_SHARED_STORAGE_ROOT", folder.toString());
    variables.put("MN_JOB_INPUT_DIR", folder.resolve(INPUTS).toString());
    variables.put("MN_JOB_OUTPUT_DIR", folder.resolve(OUTPUTS).resolve(USER).toString());
    variables.put(ID, id);
    return variables;
  }

  /**
   * The variables that a manifest gives a program, where they name a folder that is not this one:
   * then they name this one, but for the inputs of a folder that the job may read.
   */
  public Map<String, String> of(Map<String, String> written) {
    if (given == null || written.isEmpty()) {
      return written;
    }
    Pattern path = path();
    Map<String, String> told = new LinkedHashMap<>();
    written.forEach((name, value) -> told.put(name, path.matcher(value).replaceAll(this::instead)));
    told.computeIfPresent(ID, (_, value) -> value.equals(given.submissionId()) ? id : value);
    return told;
  }

  private Pattern path() {
    String any = given.paths().stream().map(Pattern::quote).collect(Collectors.joining("|"));
    return any.isEmpty()
        ? NOWHERE
        : Pattern.compile("(?:%s)(/%s)?%s".formatted(any, INPUTS, PATH_END));
  }

  private String instead(MatchResult found) {
    String place =
        found.group(1) == null
            ? folder.toString()
            : (lent == null ? folder : lent).resolve(INPUTS).toString();
    return Matcher.quoteReplacement(place);
  }

  /** All folders that a program may read besides its own. */
  public List<Path> readable() {
    return Optional.ofNullable(lent).stream().toList();
  }
}
