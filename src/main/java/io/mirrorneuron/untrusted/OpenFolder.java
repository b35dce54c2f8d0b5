package io.mirrorneuron.untrusted;

import io.mirrorneuron.untrusted.UntrustedFiles.RefusedFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.NotLinkException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * A folder that programs share, held open: what is written goes into this folder, wherever its name
 * leads by now. Whatever a program has put in the place of a file that is written, or of a folder
 * that is needed, is removed, and its own folders are kept. Names are those of files right in the
 * folder. For one thread.
 */
public final class OpenFolder implements AutoCloseable {
  final Handle handle;

  private OpenFolder(Handle handle) {
    this.handle = handle;
  }

  /**
   * @param folder an absolute path without links
   * @throws RefusedFile when it is no folder, or behind a link
   * @throws NoSuchFileException when there is none
   */
  public static OpenFolder at(Path folder) throws IOException {
    return folder(Handle.at(folder));
  }

  private static OpenFolder folder(Handle handle) throws IOException {
    if (!handle.status().isFolder()) {
      handle.close();
      throw new RefusedFile(handle.name(), "is no folder");
    }
    return new OpenFolder(handle);
  }

  /** The folder of this name in it, made when there is none. */
  public OpenFolder in(String name) throws IOException {
    for (int i = 0; i < UntrustedFiles.ATTEMPTS; i++) {
      try {
        return folder(handle.child(name));
      } catch (RefusedFile e) {
        Files.deleteIfExists(named(name));
      } catch (NoSuchFileException e) {
        make(name);
      }
    }
    throw new RefusedFile(handle.name().resolve(name), "is replaced all the time");
  }

  /**
   * The folder of this name in it.
   *
   * @throws RefusedFile when it is none
   * @throws NoSuchFileException when there is nothing
   */
  public OpenFolder present(String name) throws IOException {
    return folder(handle.child(name));
  }

  private void make(String name) throws IOException {
    try {
      Files.createDirectory(named(name));
    } catch (FileAlreadyExistsException e) {
      // somebody was faster; what it is comes out with the next look
    }
  }

  /** A file to which bytes are added at its end, made when there is none. */
  public FileChannel append(String name) throws IOException {
    return open(name, StandardOpenOption.APPEND);
  }

  /** A file that is written from its beginning but keeps what it has; made when there is none. */
  public FileChannel write(String name) throws IOException {
    return open(name, StandardOpenOption.WRITE);
  }

  private FileChannel open(String name, StandardOpenOption how) throws IOException {
    for (int i = 0; i < UntrustedFiles.ATTEMPTS; i++) {
      try (Handle file = checked(name, () -> noFolder(name))) {
        return file.channel(Set.of(how));
      } catch (RefusedFile e) {
        Files.deleteIfExists(named(name));
      } catch (NoSuchFileException e) {
        try {
          return FileChannel.open(named(name), StandardOpenOption.CREATE_NEW, how);
        } catch (FileAlreadyExistsException faster) {
          // what it is comes out with the next look
        }
      }
    }
    throw new RefusedFile(handle.name().resolve(name), "is replaced all the time");
  }

  private Handle checked(String name, UntrustedFiles.Opening opening) throws IOException {
    return UntrustedFiles.checked(handle.name().resolve(name), handle.path(), opening);
  }

  private Handle noFolder(String name) throws IOException {
    Handle place = handle.child(name);
    if (place.status().isFolder()) {
      place.close();
      throw new IOException(name + " is a folder");
    }
    return place;
  }

  /**
   * All bytes of a file.
   *
   * @throws RefusedFile when it is none that may be read
   */
  public InputStream read(String name) throws IOException {
    try (Handle file = checked(name, () -> handle.child(name))) {
      return Channels.newInputStream(file.channel(Set.of(StandardOpenOption.READ)));
    }
  }

  /**
   * A new file.
   *
   * @throws FileAlreadyExistsException when something has the name
   */
  public FileChannel create(String name) throws IOException {
    return FileChannel.open(named(name), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
  }

  private FileChannel createAnew(String name) throws IOException {
    for (int i = 0; i < UntrustedFiles.ATTEMPTS; i++) {
      try {
        return create(name);
      } catch (FileAlreadyExistsException e) {
        deleteTree(name);
      }
    }
    throw new RefusedFile(handle.name().resolve(name), "is replaced all the time");
  }

  /** Makes a file with these bytes, in the place of whatever has the name. */
  public void put(String name, byte[] content) throws IOException {
    try (FileChannel file = createAnew(name)) {
      Channels.newOutputStream(file).write(content);
    }
  }

  /** Gives a file another folder and name, instead of what has that name. */
  public void move(String name, OpenFolder to, String newName) throws IOException {
    Files.move(named(name), to.named(newName), StandardCopyOption.ATOMIC_MOVE);
  }

  /**
   * Gives a place this name, as a link, instead of a file or another link of that name.
   *
   * @return whether it has it now; false when there is a folder that is not empty, which stays
   */
  public boolean link(String name, Path place) throws IOException {
    for (int i = 0; i < UntrustedFiles.ATTEMPTS; i++) {
      try {
        if (Files.readSymbolicLink(named(name)).equals(place)) {
          return true;
        }
        Files.deleteIfExists(named(name));
      } catch (NotLinkException e) {
        try {
          Files.deleteIfExists(named(name));
        } catch (DirectoryNotEmptyException full) {
          return false;
        }
      } catch (NoSuchFileException e) {
        // nothing has the name
      }
      try {
        Files.createSymbolicLink(named(name), place);
      } catch (FileAlreadyExistsException e) {
        // what it is comes out with the next look
      }
    }
    throw new RefusedFile(handle.name().resolve(name), "is replaced all the time");
  }

  /** Removes what has the name, whatever it leads to; answers whether there was something. */
  public boolean delete(String name) throws IOException {
    return Files.deleteIfExists(named(name));
  }

  /**
   * Removes what has the name and, of a folder, all that is in it, however deep; links are removed,
   * not followed.
   *
   * @throws IOException when something is left; what could be removed is gone
   */
  public void deleteTree(String name) throws IOException {
    try {
      Files.deleteIfExists(named(name));
    } catch (DirectoryNotEmptyException e) {
      try (OpenFolder full = folder(handle.child(name))) {
        TreeRemoval.empty(full.handle);
      } catch (NoSuchFileException moved) {
        // it was replaced, or somebody was faster
      }
      Files.deleteIfExists(named(name));
    }
  }

  /** Of all that is in it, in no order. */
  public List<String> names() throws IOException {
    List<String> names = new ArrayList<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(handle.path())) {
      entries.forEach(entry -> names.add(entry.getFileName().toString()));
      return names;
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    } catch (NotDirectoryException e) {
      throw new RefusedFile(handle.name(), "is no folder");
    }
  }

  Path named(String name) {
    if (name.isEmpty() || name.indexOf('/') >= 0 || name.equals(".") || name.equals("..")) {
      throw new IllegalArgumentException(name + " is no name of a file");
    }
    return handle.path().resolve(name);
  }

  @Override
  public void close() {
    handle.close();
  }

  /**
   * Empties a folder that a program filled, however deep it is. A few levels are open at a time;
   * what lies deeper is first moved up into the folder that is emptied. Every folder is reached by
   * its name in one that is held open, and no link is followed.
   */
  private static final class TreeRemoval {
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

  /**
   * A regular file that was opened to be read, as it was at that moment.
   *
   * @param size in bytes; it may grow
   * @param identity the same for all names of one file
   */
  public record OpenFile(FileChannel channel, long size, FileTime modified, Object identity)
      implements AutoCloseable {

    /** From where the channel stands; closing it closes the file. */
    public InputStream stream() {
      return Channels.newInputStream(channel);
    }

    @Override
    public void close() throws IOException {
      channel.close();
    }
  }

  /**
   * A file of lines that was opened to add some.
   *
   * @param size in bytes, when it was opened
   * @param torn whether its last line has no end
   */
  public record Appending(FileChannel channel, long size, boolean torn) implements AutoCloseable {
    @Override
    public void close() throws IOException {
      channel.close();
    }
  }
}
