package io.mirrorneuron.runtime.manifest.graph;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.port.Validation.Issue;
import io.mirrorneuron.runtime.manifest.reading.ManifestValue;
import io.mirrorneuron.runtime.manifest.reading.NearNames;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Looks for the scripts of commands among the files of their programs. A missing script is only a
 * warning: an argument may just look like a file name.
 */
public final class ScriptCheck {
  private static final String HELP = "Add the file below payloads/, or correct its name.";

  private static final Pattern INTERPRETER =
      Pattern.compile("(?:.*/)?(?:python|node|ruby|perl|php|lua|Rscript|deno|bun)[0-9.]*");
  private static final Pattern SHELL = Pattern.compile("(?:.*/)?(?:ba|da|z|k|a)?sh");

  /** Options before a script that take no value and leave the script what it is. */
  private static final Pattern HARMLESS = Pattern.compile("-[uBOEsI]+");

  private static final Pattern OF_A_SHELL = Pattern.compile("-[eux]+");
  private static final Pattern SCRIPT =
      Pattern.compile("[^/\\s{-][^\\s{]*\\.[A-Za-z][A-Za-z0-9]{0,4}");

  /** The workspace in absolute paths. */
  private static final String SANDBOX = "/sandbox/job";

  private final Set<String> payloads;

  /**
   * @param payloads the files below {@code payloads/}, with forward slashes
   */
  public ScriptCheck(Set<String> payloads) {
    this.payloads = payloads;
  }

  /** The warning about an agent's program, if there is one. */
  public Optional<Issue> look(ProgramPlace program) {
    Optional<ManifestValue> script = script(program.words());
    if (script.isEmpty() || !(program.config().value() instanceof ObjectNode config)) {
      return Optional.empty();
    }
    List<Upload> uploads = Upload.of(config);
    Optional<String> start = start(program);
    String path = PayloadPaths.canonical(script.get().text());
    boolean isClear = start.isPresent() && PayloadPaths.staysInside(script.get().text());
    Set<String> files = files(uploads);
    if (!isClear || isThere(path, start.get(), uploads, files)) {
      return Optional.empty();
    }
    return Optional.of(
        Issue.warning(
            Issue.SCRIPT_MISSING,
            "%s names %s, which is not among the files that it starts with%s"
                .formatted(
                    program.command().label(),
                    script.get().shown(),
                    hint(path, start.get(), files)),
            HELP,
            script.get().location()));
  }

  /** The first word that is a path, or the script after an interpreter. */
  private static Optional<ManifestValue> script(List<ManifestValue> words) {
    if (words.isEmpty()) {
      return Optional.empty();
    }
    String program = words.getFirst().text();
    if (program.indexOf('/') > 0 && !program.contains("{")) {
      return Optional.of(words.getFirst());
    }
    boolean isShell = SHELL.matcher(program).matches();
    if (!isShell && !INTERPRETER.matcher(program).matches()) {
      return Optional.empty();
    }
    Pattern skipped = isShell ? OF_A_SHELL : HARMLESS;
    return words.stream()
        .skip(1)
        .dropWhile(word -> skipped.matcher(word.text()).matches())
        .limit(1)
        .filter(word -> SCRIPT.matcher(word.text()).matches())
        .findFirst();
  }

  /**
   * Its working folder below the workspace, empty for the workspace itself; absent when unclear.
   */
  private static Optional<String> start(ProgramPlace program) {
    String folder = program.workdir();
    if (program.namesWorkspace()) {
      return Optional.empty();
    }
    if (folder.equals(SANDBOX) || folder.startsWith(SANDBOX + "/")) {
      folder = folder.substring(SANDBOX.length()).replaceFirst("^/+", "");
    }
    return PayloadPaths.staysInside(folder)
        ? Optional.of(PayloadPaths.canonical(folder))
        : Optional.empty();
  }

  /** The files in the workspace. */
  private Set<String> files(List<Upload> uploads) {
    Set<String> files = new HashSet<>();
    for (Upload upload : uploads) {
      for (String payload : payloads) {
        if (upload.source().isEmpty()) {
          files.add(below(upload.target(), payload));
        } else if (payload.equals(upload.source())) {
          files.add(upload.target());
        } else if (payload.startsWith(upload.source() + "/")) {
          files.add(below(upload.target(), payload.substring(upload.source().length() + 1)));
        }
      }
    }
    return files;
  }

  /** If only one folder is uploaded, the program may start in it. */
  private static boolean isThere(
      String path, String start, List<Upload> uploads, Set<String> files) {
    return files.contains(below(start, path))
        || uploads.size() == 1 && files.contains(below(uploads.getFirst().target(), path));
  }

  private static String below(String folder, String path) {
    return folder.isEmpty() ? path : folder + "/" + path;
  }

  private String hint(String path, String start, Set<String> files) {
    String name = path.substring(path.lastIndexOf('/') + 1);
    Optional<String> elsewhere =
        files.stream().filter(file -> ("/" + file).endsWith("/" + name)).sorted().findFirst();
    if (elsewhere.isPresent()) {
      return "; did you mean " + ManifestValue.shown(elsewhere.get()) + "?";
    }
    if (payloads.contains(path)) {
      return "; upload_path must name it";
    }
    return new NearNames(files).hint(below(start, path));
  }
}
