package io.mirrorneuron.runtime.exec.workspace;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Removal of folders that programs wrote to: links are removed, never followed. */
public final class FolderTree {
  private static final Logger LOG = LoggerFactory.getLogger(FolderTree.class);

  private FolderTree() {}

  /** Deletes what it can; what it cannot is logged and left. */
  public static void delete(Path root) {
    try {
      if (Files.isDirectory(root, LinkOption.NOFOLLOW_LINKS)) {
        removeFull(root);
      } else {
        Files.deleteIfExists(root);
      }
    } catch (NoSuchFileException e) {
      // Somebody was faster.
    } catch (IOException e) {
      LOG.warn("folder {} cannot be deleted: {}", root, e.toString());
    }
  }

  private static void removeFull(Path folder) throws IOException {
    clear(folder);
    Files.delete(folder);
  }

  private static void remove(Path path) throws IOException {
    try {
      Files.delete(path);
    } catch (DirectoryNotEmptyException e) {
      removeFull(path);
    } catch (NoSuchFileException e) {
      // Somebody was faster.
    }
  }

  private static void clear(Path folder) throws IOException {
    try {
      removeEntries(folder);
    } catch (AccessDeniedException e) {
      Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx------"));
      removeEntries(folder);
    }
  }

  private static void removeEntries(Path folder) throws IOException {
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder)) {
      for (Path entry : entries) {
        remove(entry);
      }
    }
  }
}
