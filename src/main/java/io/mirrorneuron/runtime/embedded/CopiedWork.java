package io.mirrorneuron.runtime.embedded;

import io.mirrorneuron.runtime.exec.workspace.Workspaces;
import io.mirrorneuron.untrusted.OpenFolder;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.StreamSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Folders of programs that were copied with a home: no server has the id in their names. */
final class CopiedWork {
  private static final Logger LOG = LoggerFactory.getLogger(CopiedWork.class);
  private static final Pattern ID = Pattern.compile("[0-9a-f]{48}");

  private CopiedWork() {}

  /**
   * Removes them where they lie in the home itself: elsewhere they are those of the other server,
   * which may be at work. What cannot be removed is logged and stays.
   *
   * @param home locked by this process
   * @param tempDir where workspaces are made
   * @param runtimeId of the server of whose home this is a copy
   */
  static void remove(Path home, Path tempDir, String runtimeId) {
    Path inside = home.toAbsolutePath().normalize();
    Path work = tempDir.toAbsolutePath().normalize();
    if (!ID.matcher(runtimeId).matches() || !work.startsWith(inside) || work.equals(inside)) {
      return;
    }
    for (Path folder :
        List.of(Workspaces.folder(work, runtimeId), Workspaces.ofGuests(work, runtimeId))) {
      try {
        remove(OpenFolder.at(inside.toRealPath()), parts(inside.relativize(folder)));
      } catch (NoSuchFileException e) {
        // it was not copied
      } catch (IOException e) {
        LOG.warn("{} was copied with the home and cannot be removed: {}", folder, e.toString());
      }
    }
  }

  private static List<String> parts(Path path) {
    return StreamSupport.stream(path.spliterator(), false).map(Path::toString).toList();
  }

  /** No link is followed on the way. */
  private static void remove(OpenFolder at, List<String> names) throws IOException {
    try (at) {
      if (names.size() == 1) {
        at.deleteTree(names.getFirst());
      } else {
        remove(at.present(names.getFirst()), names.subList(1, names.size()));
      }
    }
  }
}
