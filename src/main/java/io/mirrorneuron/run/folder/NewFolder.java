package io.mirrorneuron.run.folder;

import io.mirrorneuron.model.MnException;
import io.mirrorneuron.untrusted.FreeName;
import io.mirrorneuron.untrusted.OpenFolder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.function.Consumer;

/** Creates the folder of a run with its first files atomically. */
public final class NewFolder {
  private NewFolder() {}

  /**
   * @param fill writes the first files before the folder is visible
   * @return false when the run has a folder already; that stays as it is, and a half-made folder of
   *     a server that died is removed
   */
  public static boolean make(Path root, Path folder, Consumer<RunFolder> fill) {
    String runId = folder.getFileName().toString();
    Path hidden = root.resolve(".new-" + runId);
    if (isFolder(folder)) {
      deleteTree(root, hidden);
      return false;
    }
    try {
      makeAnew(root, hidden);
      RunFolder.fill(runId, hidden, fill);
      if (FreeName.move(hidden, folder)) {
        return true;
      }
      deleteTree(root, hidden);
      return false;
    } catch (IOException e) {
      if (isFolder(folder)) {
        deleteTree(root, hidden);
        return false;
      }
      throw MnException.unavailable("the folder of run " + runId + " cannot be made: " + e, e);
    }
  }

  private static boolean isFolder(Path path) {
    return Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS);
  }

  private static void makeAnew(Path root, Path hidden) throws IOException {
    try {
      Files.createDirectory(hidden);
    } catch (FileAlreadyExistsException e) { // left by a server that died halfway
      deleteTree(root, hidden);
      Files.createDirectory(hidden);
    } catch (NoSuchFileException e) { // the root is gone
      Files.createDirectories(hidden);
    }
  }

  private static void deleteTree(Path root, Path folder) {
    if (!isFolder(folder)) {
      return;
    }
    try (OpenFolder runs = OpenFolder.at(root)) {
      runs.deleteTree(folder.getFileName().toString());
    } catch (NoSuchFileException e) {
      return;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
