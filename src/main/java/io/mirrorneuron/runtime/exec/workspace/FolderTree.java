package io.mirrorneuron.runtime.exec.workspace;

import io.mirrorneuron.untrusted.OpenFolder;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Removal of folders that programs wrote to: links are removed, never followed. */
public final class FolderTree {
  private static final Logger LOG = LoggerFactory.getLogger(FolderTree.class);

  private FolderTree() {}

  /**
   * Deletes what it can; what it cannot is logged and left, and never a reason for the caller to
   * fail: whatever a program left behind, the step has succeeded and the server starts.
   *
   * @param root in a folder that no program can replace
   */
  public static void delete(Path root) {
    Path absolute = root.toAbsolutePath();
    try (OpenFolder parent = OpenFolder.at(absolute.getParent().toRealPath())) {
      parent.deleteTree(absolute.getFileName().toString());
    } catch (NoSuchFileException e) {
      // Somebody was faster.
    } catch (IOException | RuntimeException | Error e) {
      LOG.warn("folder {} cannot be deleted: {}", root, e.toString());
    }
  }
}
