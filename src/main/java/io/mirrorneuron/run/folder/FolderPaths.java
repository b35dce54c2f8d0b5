package io.mirrorneuron.run.folder;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/** Paths in the folder of a run, which clients name and programs fill: neither is trusted. */
final class FolderPaths {
  private static final int LONGEST_PATH = 1024;

  private FolderPaths() {}

  /** See {@link RunFolder#inside}. */
  static Path inside(Path folder, String relative) {
    if (relative.isEmpty() || relative.length() > LONGEST_PATH || relative.indexOf('\0') >= 0) {
      return null;
    }
    try {
      Path file = folder.resolve(relative).normalize();
      if (!file.startsWith(folder) || file.equals(folder) || Path.of(relative).isAbsolute()) {
        return null;
      }
      return Files.exists(file) && !file.toRealPath().startsWith(folder) ? null : file;
    } catch (InvalidPathException | IOException e) {
      return null;
    }
  }
}
