package io.mirrorneuron.untrusted;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** Gives a file another folder and name that nothing else has, in one step. */
public final class FreeName {
  private FreeName() {}

  /**
   * @return false when something has the name; the file is gone then
   */
  public static boolean give(OpenFolder from, String name, OpenFolder to, String free)
      throws IOException {
    Path file = from.named(name);
    Path named = to.named(free);
    try {
      Files.createLink(named, file);
      return true;
    } catch (FileAlreadyExistsException e) {
      return false;
    } catch (FileSystemException e) {
      return isMoved(file, named); // no file has two names here
    } finally {
      Files.deleteIfExists(file);
    }
  }

  private static boolean isMoved(Path file, Path named) throws IOException {
    if (Files.exists(named, LinkOption.NOFOLLOW_LINKS)) {
      return false;
    }
    Files.move(file, named, StandardCopyOption.ATOMIC_MOVE);
    return true;
  }
}
