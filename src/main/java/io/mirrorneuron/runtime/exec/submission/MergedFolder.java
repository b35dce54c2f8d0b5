package io.mirrorneuron.runtime.exec.submission;

import io.mirrorneuron.untrusted.OpenFolder;
import io.mirrorneuron.untrusted.RefusedFile;
import java.io.IOException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.Set;

/**
 * Moves what programs have put into a folder of their own making into the one where it belongs. It
 * is moved as it is, by its name in folders that are held open: no link is followed, and nothing is
 * read. What has the same name there gives way, but for what is the server's own.
 */
final class MergedFolder {
  /** Nobody's but the server's; see {@code docs/runs.md}. */
  private static final Set<String> OF_THE_SERVER = Set.of(".mn", "job.json");

  /** More levels of folders than a path can have names of a usual length. */
  private static final int LEVELS = 64;

  private MergedFolder() {}

  /** Afterwards the first folder is empty, unless a program is still writing to it. */
  static void move(OpenFolder from, OpenFolder to) throws IOException {
    move(from, to, LEVELS);
  }

  private static void move(OpenFolder from, OpenFolder to, int levels) throws IOException {
    for (String name : from.names()) {
      if (OF_THE_SERVER.contains(name) && levels == LEVELS) {
        from.deleteTree(name);
        continue;
      }
      try {
        from.move(name, to, name);
      } catch (AtomicMoveNotSupportedException elsewhere) {
        throw elsewhere; // the run is on another disk
      } catch (NoSuchFileException gone) {
        // a program has removed it meanwhile
      } catch (FileSystemException inTheWay) {
        moveInto(from, name, to, levels);
      }
    }
  }

  /** Of two folders of this name, the second gets what the first has; else the first wins. */
  private static void moveInto(OpenFolder from, String name, OpenFolder to, int levels)
      throws IOException {
    if (levels == 0) {
      throw new IOException(name + " lies too deep");
    }
    try (OpenFolder inner = from.present(name)) {
      try (OpenFolder there = to.in(name)) {
        move(inner, there, levels - 1);
      }
      from.deleteTree(name);
    } catch (RefusedFile noFolder) {
      to.deleteTree(name);
      from.move(name, to, name);
    }
  }
}
