package io.mirrorneuron.untrusted;

import io.mirrorneuron.untrusted.UntrustedFiles.RefusedFile;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/**
 * Goes through a folder that others may change meanwhile. Each part of it is opened in the folder
 * that was opened before and over no link, so nothing is read that lies elsewhere, whatever is put
 * in its place.
 */
public final class TreeWalk {
  private TreeWalk() {}

  /** Is told what there is; a folder before what is in it. */
  public interface Visitor {

    /** Whether what is in the folder is wanted. */
    boolean folder(Path relative) throws IOException;

    /**
     * @param place leads to the file itself during this call
     */
    void file(Path relative, Path place, long bytes) throws IOException;

    void link(Path relative, Path target) throws IOException;

    /** Something that is neither, or cannot be opened. */
    void other(Path relative, IOException fault) throws IOException;
  }

  /**
   * @param root may be a link, as long as it leads to another place in the folder
   * @param within an absolute path without links
   * @throws NoSuchFileException when there is no such folder
   * @throws RefusedFile when it is none, or leads elsewhere
   */
  public static void of(Path root, Path within, Visitor visitor) throws IOException {
    try (Handle folder = opened(root, within)) {
      if (!folder.status().isFolder()) {
        throw new RefusedFile(root, "is no folder");
      }
      if (visitor.folder(Path.of(""))) {
        inside(folder, Path.of(""), visitor);
      }
    }
  }

  private static Handle opened(Path root, Path within) throws IOException {
    try {
      return Handle.at(root);
    } catch (RefusedFile e) {
      Path real = root.toRealPath();
      if (real.equals(root) || !real.startsWith(within)) {
        throw e;
      }
      return Handle.at(real);
    }
  }

  private static void inside(Handle folder, Path place, Visitor visitor) throws IOException {
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder.path())) {
      for (Path entry : entries) {
        one(folder, entry, place.resolve(entry.getFileName()), visitor);
      }
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
  }

  private static void one(Handle folder, Path entry, Path relative, Visitor visitor)
      throws IOException {
    if (!isText(entry.getFileName())) {
      visitor.other(relative, new RefusedFile(relative, "has a name that is not UTF-8"));
    } else if (Files.isSymbolicLink(entry)) {
      visitor.link(relative, Files.readSymbolicLink(entry));
    } else {
      Handle opened;
      try {
        opened = folder.child(entry.getFileName().toString());
      } catch (IOException e) {
        visitor.other(relative, e);
        return;
      }
      try (opened) {
        opened(opened, relative, visitor);
      }
    }
  }

  private static void opened(Handle opened, Path relative, Visitor visitor) throws IOException {
    if (opened.status().isFile()) {
      visitor.file(relative, opened.path(), opened.status().size());
    } else if (!opened.status().isFolder()) {
      visitor.other(relative, new RefusedFile(relative, "is no regular file"));
    } else if (!Files.isReadable(opened.path())) {
      visitor.other(relative, new AccessDeniedException(relative.toString()));
    } else if (visitor.folder(relative)) {
      inside(opened, relative, visitor);
    }
  }

  /** Whether its bytes are those of a text. */
  private static boolean isText(Path name) {
    try {
      return Path.of(name.toString()).equals(name);
    } catch (InvalidPathException e) {
      return false;
    }
  }
}
