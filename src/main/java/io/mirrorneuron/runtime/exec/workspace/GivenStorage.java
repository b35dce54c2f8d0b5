package io.mirrorneuron.runtime.exec.workspace;

import io.mirrorneuron.runtime.exec.workspace.Workspaces.WrittenVariables;
import io.mirrorneuron.runtime.port.Execution;
import io.mirrorneuron.runtime.workflow.Workflow;
import io.mirrorneuron.wire.LenientJson;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The folder that a client has prepared for its submission, as {@code metadata.mn_storage} of the
 * manifest tells of it. These are the words of a stranger: only a folder right in the folder of all
 * submissions of this server is ever used, see {@link #local}.
 *
 * @param submissionId the name of the folder; may be null
 * @param submissionPath where the client thinks that the runtime has it; may be null
 * @param hostSubmissionPath where the client has it; may be null
 */
record GivenStorage(String submissionId, String submissionPath, String hostSubmissionPath) {
  /** A single path segment without special meaning. */
  private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9_.:-]{0,219}");

  private record Manifest(Metadata metadata) {
    private record Metadata(GivenStorage mnStorage) {}
  }

  /** What the runtime tells in the configuration of a node. */
  private record Config(GivenStorage mnStorage) {}

  static Optional<GivenStorage> of(Workflow workflow) {
    Manifest manifest = LenientJson.read(workflow.source(), Manifest.class);
    return manifest.metadata() == null
        ? Optional.empty()
        : Optional.ofNullable(manifest.metadata().mnStorage());
  }

  /** Of a node whose manifest tells nothing, the id that the author gave its program. */
  static Optional<GivenStorage> of(Execution execution) {
    Config config = LenientJson.read(execution.config(), Config.class);
    return config.mnStorage() != null
        ? Optional.of(config.mnStorage())
        : Optional.ofNullable(WrittenVariables.of(execution).submissionId())
            .map(id -> new GivenStorage(id, null, null));
  }

  /** The paths by which the manifest may name it. */
  List<String> paths() {
    return Stream.of(submissionPath, hostSubmissionPath)
        .filter(Objects::nonNull)
        .map(path -> path.replaceFirst("(?<=.)/+$", ""))
        .distinct()
        .toList();
  }

  /**
   * Its name among the submissions of this server, when it is one of them.
   *
   * @param root where they are
   * @param real the same without links
   */
  Optional<String> local(Path root, Path real) {
    if (submissionId == null || !PLAIN.matcher(submissionId).matches()) {
      return Optional.empty();
    }
    boolean here =
        paths().isEmpty()
            || paths().stream()
                .anyMatch(
                    path ->
                        is(path, root.resolve(submissionId))
                            || is(path, real.resolve(submissionId)));
    return here ? Optional.of(submissionId) : Optional.empty();
  }

  private static boolean is(String path, Path place) {
    try {
      return Path.of(path).normalize().equals(place);
    } catch (InvalidPathException e) {
      return false;
    }
  }
}
