package io.mirrorneuron.untrusted;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** Gives a file a name that nothing else has, in one step: whoever sees it sees all of it. */
public final class FreeName {
  private FreeName() {}

  /** What {@link #put} has done. */
  public enum Put {
    DONE,
    /** Something has the name. */
    TAKEN,
    /** No file can be without a name here. */
    NOT_HERE
  }

  /**
   * Makes a file with these bytes. It has no name until it has all of them, so nothing is left of
   * it when the process dies.
   */
  public static Put put(OpenFolder to, String free, byte[] content) throws IOException {
    Path name = to.named(free);
    int file = NameCalls.unnamed(name.getParent());
    if (file == -NameCalls.ENOENT) {
      throw new NoSuchFileException(name.toString());
    }
    if (file < 0) {
      checkRoom(file, name);
      return Put.NOT_HERE;
    }
    try {
      check(NameCalls.write(file, content), name);
      int named = NameCalls.name(file, name);
      if (named == -NameCalls.EEXIST) {
        return Put.TAKEN;
      }
      checkRoom(named, name);
      return named < 0 ? Put.NOT_HERE : Put.DONE; // without /proc
    } finally {
      PathCalls.close(file);
    }
  }

  private static void checkRoom(int result, Path file) throws FileSystemException {
    if (result == -NameCalls.ENOSPC || result == -NameCalls.EDQUOT) {
      check(result, file);
    }
  }

  private static void check(int result, Path file) throws FileSystemException {
    if (result < 0) {
      String reason =
          switch (-result) {
            case NameCalls.ENOSPC -> "No space left on device";
            case NameCalls.EDQUOT -> "Disk quota exceeded";
            default -> "cannot be written: " + -result;
          };
      throw new FileSystemException(file.toString(), null, reason);
    }
  }

  /**
   * Moves a file.
   *
   * @return false when something has the name; the file is gone then
   */
  public static boolean give(OpenFolder from, String name, OpenFolder to, String free)
      throws IOException {
    Path file = from.named(name);
    Path named = to.named(free);
    int moved = NameCalls.move(file, named);
    if (moved == 0) {
      return true;
    }
    try {
      if (moved == -NameCalls.EEXIST) {
        return false;
      }
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

  /**
   * Moves a file or a folder.
   *
   * @return false when something has the name; nothing has changed then
   */
  public static boolean move(Path from, Path to) throws IOException {
    int moved = NameCalls.move(from, to);
    return moved == 0 || moved != -NameCalls.EEXIST && isMoved(from, to);
  }

  private static boolean isMoved(Path file, Path named) throws IOException {
    if (Files.exists(named, LinkOption.NOFOLLOW_LINKS)) {
      return false;
    }
    Files.move(file, named, StandardCopyOption.ATOMIC_MOVE);
    return true;
  }
}
