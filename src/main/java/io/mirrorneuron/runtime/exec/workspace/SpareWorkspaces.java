package io.mirrorneuron.runtime.exec.workspace;

import io.mirrorneuron.untrusted.OpenFolder;
import io.mirrorneuron.untrusted.UnsharedFiles;
import io.mirrorneuron.untrusted.UntrustedFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Workspaces that programs have left as they found them. The files of one are moved to the new
 * workspace of another program and written anew there, which takes a file system a fraction of what
 * it takes to make and remove them. The folder itself is a new one: what is left of an earlier
 * program may reach its old folder only, and a file that it still has open is not used again.
 * Thread-safe.
 */
final class SpareWorkspaces {
  /** More than run at a time. */
  private static final int MOST = 64;

  /** Of what one program was sent; larger files are removed as soon as it has ended. */
  private static final long BYTES = 64 * 1024;

  private static final Set<String> NAMES = names();

  private final Queue<Path> spare = new ConcurrentLinkedQueue<>();
  private final AtomicInteger count = new AtomicInteger();

  private static Set<String> names() {
    Set<String> names = new HashSet<>(MessageFiles.ALL);
    names.add(Workspace.TEMPORARY);
    return names;
  }

  /**
   * Takes what a program has left, if it is of use.
   *
   * @return whether it is; else the caller removes it
   */
  boolean keep(Path root) {
    if (count.incrementAndGet() <= MOST && isAsLaid(root)) {
      spare.add(root);
      return true;
    }
    count.decrementAndGet();
    return false;
  }

  /** As most are; whether they can be used is looked at closely when they are. */
  private static boolean isAsLaid(Path root) {
    try (OpenFolder folder = OpenFolder.at(root)) {
      return NAMES.equals(Set.copyOf(folder.names()))
          && MessageFiles.ALL.stream().map(root::resolve).mapToLong(UntrustedFiles::size).sum()
              <= BYTES;
    } catch (IOException e) {
      return false;
    }
  }

  private static boolean isUnused(OpenFolder folder) throws IOException {
    try (OpenFolder temporary = folder.present(Workspace.TEMPORARY)) {
      return UnsharedFiles.hasRightsOfNew(temporary) && temporary.names().isEmpty();
    }
  }

  boolean areNone() {
    return spare.isEmpty();
  }

  /** One of them, or null; nobody else has it from now on. */
  Path take() {
    Path root = spare.poll();
    if (root != null) {
      count.decrementAndGet();
    }
    return root;
  }

  /**
   * Moves a spare one to a new folder that nobody knows yet, with other files.
   *
   * @return whether that is filled; else what is in it is of no use
   */
  static boolean move(Path spare, Path root, Map<String, byte[]> files) {
    try (OpenFolder from = OpenFolder.at(spare);
        OpenFolder to = OpenFolder.at(root)) {
      for (String name : NAMES) {
        from.move(name, to, name);
      }
      Files.delete(spare);
      return isUnused(to) && UnsharedFiles.rewrite(to, files);
    } catch (IOException e) {
      FolderTree.delete(spare);
      return false;
    }
  }

  /** Removes all of them. */
  void clear() {
    for (Path root = take(); root != null; root = take()) {
      FolderTree.delete(root);
    }
  }
}
