package io.mirrorneuron.runtime.exec.workspace;

import io.mirrorneuron.runtime.port.Execution;
import io.mirrorneuron.wire.LenientJson;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * Where a program starts whose node names no {@code workdir}: in the workspace. Only when its one
 * upload is a folder, and its program or script (the first argument that is no option) is in that
 * folder and not in the workspace, it starts in that folder; in the workspace it would not be
 * found. A line for a shell may go anywhere by itself, so it starts in the workspace.
 */
final class StartFolder {
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
