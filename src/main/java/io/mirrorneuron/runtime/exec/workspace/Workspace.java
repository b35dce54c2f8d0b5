package io.mirrorneuron.runtime.exec.workspace;

import io.mirrorneuron.runtime.port.Execution;
import io.mirrorneuron.runtime.port.WorkspaceNames;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

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
}
