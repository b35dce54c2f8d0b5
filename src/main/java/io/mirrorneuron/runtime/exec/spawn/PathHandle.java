package io.mirrorneuron.runtime.exec.spawn;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.mirrorneuron.untrusted.CFunction;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;

/**
 * A file or folder that stays the same one, however its path is used meanwhile. Nothing can be read
 * through it.
 */
final class PathHandle implements AutoCloseable {
  private static final int O_PATH = 0x200000;
  private static final int O_WRONLY = 1;
  private static final int O_CREAT = 0x40;
  private static final int OF_OWNER = 0600;

  /** Their numbers differ between machines. */
  private static final boolean IS_ARM = System.getProperty("os.arch").equals("aarch64");

  private static final int O_NOFOLLOW = IS_ARM ? 0x8000 : 0x20000;
  private static final int O_DIRECTORY = IS_ARM ? 0x4000 : 0x10000;

  /** Of the call that opens without following links: the same on every architecture. */
  private static final long OPENAT2 = 437;

  private static final long HERE = -100;
  private static final long WITHOUT_LINKS = 4;
  private static final int ENOTDIR = 20;

  private static final CFunction OPEN = CFunction.of("open");

  final int fd;
  final boolean isFolder;

  private PathHandle(int fd, boolean isFolder) {
    this.fd = fd;
    this.isFolder = isFolder;
  }

  private static int openAt(Path path, int flags) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      int fd = OPEN.call(arena.allocateFrom(path.toString()).address(), flags, OF_OWNER);
      if (fd < 0) {
        throw Libc.failure(path + " cannot be opened", -fd);
      }
      return fd;
    }
  }

  /**
   * Never fails: what cannot be opened gives nothing.
   *
   * @param path real: without links in it, and without names for the same folder or its parent
   * @return null also when there is a link on the way: what that leads to is not meant
   */
  static PathHandle open(Arena arena, Path path) {
    if (!path.isAbsolute() || !path.equals(path.normalize())) {
      return null;
    }
    MemorySegment name = arena.allocateFrom(path.toString());
    MemorySegment how = arena.allocate(JAVA_LONG, 3);
    how.setAtIndex(JAVA_LONG, 2, WITHOUT_LINKS);
    // Where the path itself is a link, the handle is of that link, and gives nothing.
    long flags = O_PATH | O_NOFOLLOW | Libc.O_CLOEXEC;
    long fd = open(name, how, flags | O_DIRECTORY);
    if (fd >= 0) {
      return new PathHandle((int) fd, true);
    }
    fd = fd == -ENOTDIR ? open(name, how, flags) : fd;
    return fd < 0 ? null : new PathHandle((int) fd, false);
  }

  private static long open(MemorySegment name, MemorySegment how, long flags) {
    how.setAtIndex(JAVA_LONG, 0, flags);
    return Libc.system(OPENAT2, HERE, name.address(), how.address(), how.byteSize(), 0);
  }

  /** A descriptor for writing, which programs do not inherit by themselves. */
  static int openForWriting(Path path) throws IOException {
    return openAt(path, O_WRONLY | O_CREAT | Libc.O_CLOEXEC);
  }

  @Override
  public void close() {
    Libc.close(fd);
  }
}
