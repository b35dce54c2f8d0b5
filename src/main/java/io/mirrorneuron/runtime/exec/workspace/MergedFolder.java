package io.mirrorneuron.runtime.exec.workspace;

import io.mirrorneuron.untrusted.OpenFolder;
import io.mirrorneuron.untrusted.RefusedFile;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.Set;

/**
 * Moves what programs have put into a folder of their own making into the one where it belongs, by
 * names in folders that are held open: no link is followed. On one disk everything is renamed as it
 * is; else regular files are copied, and links and the like are dropped. What has the same name
 * there gives way, but for what is the server's own. For one use.
 */
final class MergedFolder {
  /** Nobody's but the server's; see {@code docs/runs.md}. */
  private static final Set<String> OF_THE_SERVER = Set.of(".mn", "job.json");

  /** More levels of folders than a path can have names of a usual length. */
  private static final int LEVELS = 64;

  /** Bytes that are copied at most; nothing is copied on one disk. */
  private static final long MOST_COPIED = 4L << 30;

  private long copied;

  /** Afterwards the first folder is empty, unless a program is still writing to it. */
  void move(OpenFolder from, OpenFolder to) throws IOException {
    for (String name : OF_THE_SERVER) {
      from.deleteTree(name);
    }
    move(from, to, LEVELS);
  }

  private void move(OpenFolder from, OpenFolder to, int levels) throws IOException {
    for (String name : from.names()) {
      try {
        from.move(name, to, name);
      } catch (NoSuchFileException gone) {
        // a program has removed it meanwhile
      } catch (FileSystemException hindered) {
        moveInto(from, name, to, levels, hindered instanceof AtomicMoveNotSupportedException);
      }
    }
  }

  /** Of two folders of this name, the second gets what the first has; else the first wins. */
  private void moveInto(
      OpenFolder from, String name, OpenFolder to, int levels, boolean onAnotherDisk)
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
      if (onAnotherDisk) {
        copy(from, name, to);
        from.delete(name);
      } else {
        to.deleteTree(name);
        from.move(name, to, name);
      }
    }
  }

  private void copy(OpenFolder from, String name, OpenFolder to) throws IOException {
    try (InputStream in = from.read(name)) {
      to.deleteTree(name);
      try (OutputStream out = Channels.newOutputStream(to.create(name))) {
        byte[] buffer = new byte[64 << 10];
        for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
          copied += read;
          if (copied > MOST_COPIED) {
            throw new IOException(name + " is more than is copied to another disk");
          }
          out.write(buffer, 0, read);
        }
      }
    } catch (RefusedFile noFile) {
      // a link, a pipe or the like: nobody would show it
    }
  }
}
