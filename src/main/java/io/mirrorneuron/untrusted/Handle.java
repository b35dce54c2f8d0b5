package io.mirrorneuron.untrusted;

import io.mirrorneuron.untrusted.UntrustedFiles.RefusedFile;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * A place in the file system, held by its identity: what becomes of its name does not matter any
 * more. No link was followed on the way to it. Where the kernel lacks the call for that, it is held
 * by its name, and looked at before and after it is opened.
 */
final class Handle implements AutoCloseable {
  private static final boolean BY_IDENTITY =
      System.getProperty("os.name").equals("Linux") && PathCalls.work();

  private static final int NONE = -1;

  private final int descriptor;
  private final int folder;
  private final Path name;
  private final Path path;
  private final Status status;
  private boolean closed;

  /** In an open folder, which stays open as long as this is looked at, or in {@link #NONE}. */
  private Handle(int folder, int descriptor, Path name, Status status) {
    this.folder = folder;
    this.status = status;
    this.descriptor = descriptor;
    this.name = name;
    this.path = descriptor == NONE ? name : PathCalls.path(descriptor);
  }

  /**
   * @throws RefusedFile when a part of the path is a symbolic link
   * @throws NoSuchFileException when there is nothing
   */
  static Handle at(Path place) throws IOException {
    Path absolute = place.toAbsolutePath();
    return BY_IDENTITY
        ? opened(NONE, PathCalls.open(PathCalls.NO_FOLDER, absolute.toString()), absolute)
        : named(absolute);
  }

  /** What has this name in this folder. */
  Handle child(String child) throws IOException {
    Path place = name.resolve(child);
    return descriptor == NONE
        ? named(place)
        : opened(descriptor, PathCalls.open(descriptor, child), place);
  }

  private static Handle opened(int folder, PathCalls.Opened opened, Path name) throws IOException {
    if (opened.status() != null) {
      return new Handle(folder, opened.descriptor(), name, opened.status());
    }
    throw fault(-opened.descriptor(), name);
  }

  private static FileSystemException fault(int error, Path name) {
    return switch (error) {
      case PathCalls.ELOOP -> new RefusedFile(name, "is a symbolic link, or behind one");
      case PathCalls.ENOENT, PathCalls.ENOTDIR, PathCalls.ENAMETOOLONG ->
          new NoSuchFileException(name.toString());
      case PathCalls.EACCES -> new AccessDeniedException(name.toString());
      default -> new FileSystemException(name.toString(), null, "cannot be opened: " + error);
    };
  }

  /** The way of other kernels. */
  static Handle named(Path absolute) throws IOException {
    if (Files.isSymbolicLink(absolute)
        || !absolute.getParent().toRealPath().equals(absolute.getParent())) {
      throw new RefusedFile(absolute, "is a symbolic link, or behind one");
    }
    if (!Files.exists(absolute, LinkOption.NOFOLLOW_LINKS)) {
      throw new NoSuchFileException(absolute.toString());
    }
    return new Handle(NONE, NONE, absolute, lookedAt(absolute));
  }

  /** Whether it is held by its identity, or else by its name. */
  boolean isByIdentity() {
    return descriptor != NONE;
  }

  /** As it was called when it was opened. */
  Path name() {
    return name;
  }

  /** Leads to the place itself, as long as this is open. */
  Path path() {
    return path;
  }

  /**
   * @param links how many names it has
   * @param identity the same for two names of one file
   */
  record Status(int mode, long links, long size, FileTime modified, Object identity) {
    private static final int KIND = 0170000;

    boolean isFile() {
      return (mode & KIND) == 0100000;
    }

    boolean isFolder() {
      return (mode & KIND) == 0040000;
    }
  }

  /** What it was when it was opened. */
  Status status() {
    return status;
  }

  private static Status lookedAt(Path place) throws IOException {
    Map<String, Object> is =
        Files.readAttributes(
            place, "unix:mode,nlink,size,lastModifiedTime,fileKey", LinkOption.NOFOLLOW_LINKS);
    return new Status(
        (int) is.get("mode"),
        ((Number) is.get("nlink")).longValue(),
        (long) is.get("size"),
        (FileTime) is.get("lastModifiedTime"),
        is.get("fileKey"));
  }

  /**
   * What has this name, a link to nothing too; null when nothing has, or it cannot be known. No
   * exception is made of that: most of those who ask do so of files that are not there.
   */
  static Status look(Path place) {
    if (BY_IDENTITY) {
      return PathCalls.look(place.toString());
    }
    try {
      return lookedAt(place);
    } catch (IOException e) {
      return null;
    }
  }

  /** As {@link BasicFileAttributes#fileKey}. */
  Object key() throws IOException {
    return Files.readAttributes(path, BasicFileAttributes.class).fileKey();
  }

  /**
   * @param count how many names it has
   * @param changed when its names, its rights or its content changed last
   */
  record Names(long count, FileTime changed) {}

  /** As they are now. */
  Names names() throws IOException {
    Map<String, Object> is = Files.readAttributes(path, "unix:nlink,ctime");
    return new Names(((Number) is.get("nlink")).longValue(), (FileTime) is.get("ctime"));
  }

  /**
   * Whether the name by which it was opened is still one of its names. If so, it was one all the
   * time: the kernel never takes back that a name was removed, whatever gets that name later. It
   * counts one name less a moment before it removes the name, and keeps the folder locked until
   * both are done; so the folder is read first. One that is held by its name is looked at when it
   * is opened for bytes.
   */
  boolean hasItsName() throws IOException {
    if (descriptor == NONE) {
      return true;
    }
    int in =
        folder == NONE
            ? PathCalls.settled(PathCalls.NO_FOLDER, name.getParent().toString())
            : PathCalls.settled(folder, ".");
    if (in < 0) {
      throw fault(-in, name.getParent());
    }
    try {
      Path now = Files.readSymbolicLink(PathCalls.path(in)).resolve(name.getFileName());
      return Files.readSymbolicLink(path).equals(now);
    } finally {
      PathCalls.close(in);
    }
  }

  /** Opens a regular file for bytes. */
  FileChannel channel(Set<? extends OpenOption> options) throws IOException {
    if (descriptor != NONE) {
      return FileChannel.open(path, options);
    }
    Set<OpenOption> unfollowed = new HashSet<>(options);
    unfollowed.add(LinkOption.NOFOLLOW_LINKS);
    FileChannel channel = FileChannel.open(path, unfollowed);
    if (!lookedAt(path).identity().equals(status.identity())) {
      channel.close();
      throw new RefusedFile(name, "was replaced while it was opened");
    }
    return channel;
  }

  @Override
  public void close() {
    if (descriptor != NONE && !closed) {
      closed = true; // its number is somebody else's from now on
      PathCalls.close(descriptor);
    }
  }
}
