package io.mirrorneuron.runtime.exec.spawn;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
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

  /** Its number differs between machines. */
  private static final int O_NOFOLLOW =
      System.getProperty("os.arch").equals("aarch64") ? 0x8000 : 0x20000;

  private static final MethodHandle OPEN =
      Libc.variadic("open", 2, JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT);

  final int fd;
  final boolean isFolder;

  private PathHandle(int fd, boolean isFolder) {
    this.fd = fd;
    this.isFolder = isFolder;
  }

  private static int openAt(Path path, int flags) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = Libc.state(arena);
      int fd = (int) OPEN.invokeExact(state, arena.allocateFrom(path.toString()), flags, OF_OWNER);
      if (fd < 0) {
        throw Libc.failure(path + " cannot be opened", Libc.errno(state));
      }
      return fd;
    } catch (IOException e) {
      throw e;
    } catch (Throwable e) {
      throw Libc.broken(e);
    }
  }

  /**
   * @param path real: without links in it
   * @throws IOException also when there is a link on the way: what that leads to is not meant
   */
  static PathHandle open(Path path) throws IOException {
    int fd = openAt(path, O_PATH | O_NOFOLLOW | Libc.O_CLOEXEC);
    Path opened = Path.of("/proc/self/fd/" + fd);
    try {
      if (Files.readSymbolicLink(opened).equals(path)) {
        // Where the path itself is a link, the handle is of that link, and gives nothing.
        return new PathHandle(fd, Files.isDirectory(opened));
      }
    } catch (IOException e) {
      Libc.close(fd);
      throw e;
    }
    Libc.close(fd);
    throw new IOException(path + " leads elsewhere");
  }

  /** A descriptor for writing, which programs do not inherit by themselves. */
  static int openForWriting(Path path) throws IOException {
    return openAt(path, O_WRONLY | O_CREAT | Libc.O_CLOEXEC);
  }

  /** A descriptor of a folder, through which nothing can be read. */
  static int openFolder(Path path) throws IOException {
    return openAt(path, O_PATH | Libc.O_CLOEXEC);
  }

  @Override
  public void close() {
    Libc.close(fd);
  }
}
