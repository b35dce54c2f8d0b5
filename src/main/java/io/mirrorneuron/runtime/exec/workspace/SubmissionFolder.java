package io.mirrorneuron.runtime.exec.workspace;

import io.mirrorneuron.model.RunId;
import io.mirrorneuron.runtime.exec.workspace.Workspaces.WrittenVariables;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The folder of one submission, as the programs of its job have it.
 *
 * @param id its name
 * @param folder a real path
 * @param runId of the job
 * @param run the folder of the run; null while there is none
 * @param written what the program is told besides
 * @param given what the manifest said of it, when its words are to be replaced; null otherwise
 * @param lent the folder that another one has and this job may read; null for none
 */
public record SubmissionFolder(
    String id,
    Path folder,
    String runId,
    Path run,
    WrittenVariables written,
    GivenStorage given,
    Path lent) {
  static final String ID = "MN_STORAGE_SUBMISSION_ID";
  static final String INPUTS = "inputs";
  static final String OUTPUTS = "outputs";
  static final String RUNS = "runs";
  static final String USER = "user";

  /** What follows a path in a text, unless its last name goes on. */
  private static final String PATH_END = "(?![A-Za-z0-9_.:-])";

  /**
   * Where programs may look for the folder of their run, relative to this folder: at {@code
   * outputs/runs/<run>}, and where their variables say, when that lies in this folder.
   */
  Set<Path> runLinks() {
    Path standard = Path.of(OUTPUTS, RUNS);
    Set<Path> links = new LinkedHashSet<>();
    for (Path root : Stream.concat(Stream.of(standard), writtenRoot().stream()).toList()) {
      links.add(root.resolve(runId));
      if (written.runId() != null && RunId.isRunId(written.runId())) {
        links.add(root.resolve(written.runId()));
      }
    }
    return links;
  }

  private Optional<Path> writtenRoot() {
    try {
      return Optional.ofNullable(written.runsRoot())
          .map(root -> Path.of(moved(root)).normalize())
          .filter(root -> root.startsWith(folder) && !root.equals(folder))
          .map(folder::relativize)
          .filter(root -> !root.startsWith(Path.of(OUTPUTS, USER))); // leads into the run as it is
    } catch (InvalidPathException e) {
      return Optional.empty();
    }
  }

  /**
   * What programs are told of it, and of their run.
   *
   * @param runsRoot the folder of all runs
   */
  public Map<String, String> variables(Path runsRoot) {
    Map<String, String> variables = new LinkedHashMap<>();
    variables.put("MN_RUN_ID", runId);
    variables.put("MN_RUNS_ROOT", runsRoot.toString());
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
  public Map<String, String> of(Map<String, String> variables) {
    if (given == null || variables.isEmpty()) {
      return variables;
    }
    Map<String, String> reported = new LinkedHashMap<>();
    variables.forEach((name, value) -> reported.put(name, moved(value)));
    reported.computeIfPresent(ID, (_, value) -> value.equals(given.submissionId()) ? id : value);
    return reported;
  }

  /** The text with this folder for the one that the manifest names. */
  private String moved(String text) {
    List<String> paths = given == null ? List.of() : given.paths();
    if (paths.stream().noneMatch(text::contains)) {
      return text;
    }
    String any = paths.stream().map(Pattern::quote).collect(Collectors.joining("|"));
    return Pattern.compile("(?:%s)(/%s)?%s".formatted(any, INPUTS, PATH_END))
        .matcher(text)
        .replaceAll(this::instead);
  }

  private String instead(MatchResult found) {
    String place =
        found.group(1) == null
            ? folder.toString()
            : (lent == null ? folder : lent).resolve(INPUTS).toString();
    return Matcher.quoteReplacement(place);
  }

  /**
   * Whether there is nothing in the folder of a submission but what it was made with. Links are not
   * followed.
   */
  static boolean isUntouched(Path folder) throws IOException {
    Path runs = Path.of(OUTPUTS, RUNS);
    Set<Path> folders = Set.of(Path.of(""), Path.of(INPUTS), Path.of(OUTPUTS), runs);
    try (Stream<Path> each = Files.walk(folder)) {
      return each.allMatch(
          path -> {
            Path name = folder.relativize(path);
            return Files.isSymbolicLink(path)
                ? name.equals(Path.of(OUTPUTS, USER)) || runs.equals(name.getParent())
                : folders.contains(name);
          });
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  /** All folders that a program may read besides its own. */
  public List<Path> readable() {
    return Optional.ofNullable(lent).stream().toList();
  }
}
