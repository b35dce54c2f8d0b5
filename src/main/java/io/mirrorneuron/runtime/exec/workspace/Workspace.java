package io.mirrorneuron.runtime.exec.workspace;

import io.mirrorneuron.runtime.exec.workspace.Workspaces.NotStarted;
import io.mirrorneuron.runtime.port.Execution;
import io.mirrorneuron.runtime.port.WorkspaceNames;
import io.mirrorneuron.wire.LenientJson;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The folder one execution sees: its uploads and the message files. Closing deletes it, whatever
 * the program left inside.
 *
 * @param root real path
 * @param workdir where the program starts
 * @param name for people
 */
public record Workspace(Path root, Path workdir, String name) implements AutoCloseable {
  static final String TEMPORARY = WorkspaceNames.TEMPORARY;

  /** Fills an empty folder. On failure the folder stays for the caller to delete. */
  static Workspace lay(
      Path root, String name, Execution execution, ExecutorSettings settings, MessageFiles files)
      throws NotStarted {
    try {
      WorkspaceUploads.copy(execution.config(), execution.payloads(), root, settings.sandboxRoot());
      files.write(root, execution);
      Files.createDirectories(root.resolve(TEMPORARY));
    } catch (IOException e) {
      throw new NotStarted("workspace cannot be filled: " + e.getMessage(), e);
    }
    return laid(root, name, execution, settings);
  }

  /** A folder that has all that the execution sees. */
  static Workspace laid(Path root, String name, Execution execution, ExecutorSettings settings)
      throws NotStarted {
    String text = execution.config().path("workdir").asText("");
    Path workdir =
        text.isEmpty()
            ? StartFolder.of(root, execution)
            : WorkspaceUploads.inside(root, settings.sandboxRoot(), text, "workdir");
    if (!Files.isDirectory(workdir)) {
      throw new NotStarted("workdir does not exist: " + text);
    }
    return new Workspace(root, workdir, name);
  }

  public String file(String name) {
    return root.resolve(name).toString();
  }

  /** The folder for temporary files of the program; goes with the workspace. */
  public String temporary() {
    return file(TEMPORARY);
  }

  /** A place beside it where a file can be made that programs do not reach. */
  public Path besides() {
    return root.resolveSibling(root.getFileName() + ".answer");
  }

  /** Values of the placeholders in commands. */
  public Map<String, String> placeholders(Execution execution) {
    return Map.of(
        "input_file", file(MessageFiles.INPUT),
        "context_file", file(MessageFiles.CONTEXT),
        "message_file", file(MessageFiles.MESSAGE),
        "body_file", file(MessageFiles.BODY),
        "workdir", workdir.toString(),
        "job_id", execution.jobId(),
        "agent_id", execution.agentId());
  }

  @Override
  public void close() {
    FolderTree.delete(root);
  }

  /**
   * Where a program starts whose node names no {@code workdir}: in the workspace. Only when its one
   * upload is a folder, and its program or script (the first argument that is no option) is in that
   * folder and not in the workspace, it starts in that folder; in the workspace it would not be
   * found. A line for a shell may go anywhere by itself, so it starts in the workspace.
   */
  private static final class StartFolder {
    private StartFolder() {}

    /**
     * @param workspace with its uploads
     */
    static Path of(Path workspace, Execution execution) {
      Node node = LenientJson.read(execution.config(), Node.class);
      boolean hasList =
          execution.config().hasNonNull("upload_paths") || execution.config().hasNonNull("uploads");
      Path uploaded = hasList ? null : folder(workspace, node);
      return uploaded != null
              && words(node.command)
                  .anyMatch(word -> isFile(uploaded, word) && !exists(workspace, word))
          ? uploaded
          : workspace;
    }

    /**
     * @param command none when it is a line for a shell
     */
    private record Node(String uploadPath, String uploadAs, List<String> command) {}

    /** Null when something else was uploaded, or nothing. */
    private static Path folder(Path workspace, Node node) {
      if (node.uploadPath == null) {
        return null;
      }
      String name = Path.of(node.uploadPath).normalize().getFileName().toString();
      Path folder = workspace.resolve(node.uploadAs == null ? name : node.uploadAs).normalize();
      return folder.startsWith(workspace) && Files.isDirectory(folder) ? folder : null;
    }

    /** The program unless it is looked for by name, and the script if it is an interpreter. */
    private static Stream<String> words(List<String> words) {
      return Stream.concat(
          words.stream().limit(1).filter(word -> word.contains("/")),
          words.stream().skip(1).dropWhile(word -> word.startsWith("-")).limit(1));
    }

    private static boolean isFile(Path folder, String word) {
      Path path = below(folder, word);
      return path != null && Files.isRegularFile(path);
    }

    private static boolean exists(Path folder, String word) {
      Path path = below(folder, word);
      return path != null && Files.exists(path);
    }

    /** Null for what is no relative path inside. */
    private static Path below(Path folder, String word) {
      try {
        Path path = folder.resolve(word).normalize();
        return path.startsWith(folder) && !path.equals(folder) ? path : null;
      } catch (InvalidPathException e) {
        return null;
      }
    }
  }
}
