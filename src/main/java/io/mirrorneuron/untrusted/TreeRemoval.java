package io.mirrorneuron.untrusted;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;

/**
 * Empties a folder that a program filled, however deep it is. A few levels are open at a time; what
 * lies deeper is first moved up into the folder that is emptied. Every folder is reached by its
 * name in one that is held open, and no link is followed.
 */
final class TreeRemoval {
  /** Folders that are open at a time, one in the other. */
  private static final int LEVELS = 16;

  /** More than any disk has levels of folders, so that nobody who adds some keeps this going. */
  private static final int PASSES = 100_000;

  /** Stands for each byte of a name that is no text. */
  private static final char NO_TEXT = '\uFFFD';

  private static final int OWNER_BITS = 0700;

  private final Handle top;
  private boolean movedUp;
  private IOException failure;
  private long names;

  private TreeRemoval(Handle top) {
    this.top = top;
  }

  /**
   * Removes all that is in a folder; what cannot be removed does not keep it from the rest.
   *
   * @throws IOException when something is left, with the first reason
   */
  static void empty(Handle folder) throws IOException {
    TreeRemoval removal = new TreeRemoval(folder);
    int passes = 0;
    do {
      removal.movedUp = false;
      removal.failure = null;
      removal.empty(folder, LEVELS);
    } while (removal.movedUp && ++passes < PASSES);
    if (removal.failure != null) {
      throw removal.failure;
    }
  }

  private void empty(Handle folder, int levels) throws IOException {
    allow(folder);
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder.path())) {
      for (Path entry : entries) {
        try {
          remove(folder, entry, levels);
        } catch (IOException e) {
          failure = failure == null ? e : failure;
        }
      }
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
  }

  private void remove(Handle folder, Path entry, int levels) throws IOException {
    try {
      Files.deleteIfExists(entry);
    } catch (DirectoryNotEmptyException full) {
      Path named = readable(folder, entry);
      try (Handle inner = folder.child(named.getFileName().toString())) {
        if (inner.status().isFolder() && levels > 0) {
          empty(inner, levels - 1);
        } else if (inner.status().isFolder()) {
          allow(inner); // or it may not be moved
          move(named, top);
          movedUp = true;
        }
      } catch (NoSuchFileException replaced) {
        // a link has its name by now, or nothing
      }
      Files.deleteIfExists(named);
    }
  }

  /** Programs take the rights from their folders. */
  private static void allow(Handle folder) throws IOException {
    if ((folder.status().mode() & OWNER_BITS) != OWNER_BITS) {
      Files.setPosixFilePermissions(folder.path(), PosixFilePermissions.fromString("rwx------"));
    }
  }

  /** Gives a folder another name when its own, which may be any bytes, is no text. */
  private Path readable(Handle folder, Path entry) throws IOException {
    return entry.getFileName().toString().indexOf(NO_TEXT) < 0 ? entry : move(entry, folder);
  }

  private Path move(Path entry, Handle to) throws IOException {
    String unused = ".removed-%x-%x".formatted(System.nanoTime(), names++);
    return Files.move(entry, to.path().resolve(unused), StandardCopyOption.ATOMIC_MOVE);
  }
}
