package io.mirrorneuron.untrusted;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;

/**
 * The call {@code openat2} of Linux 5.6, which opens a path without following any link in it. It
 * opens the place only ({@code O_PATH}): a pipe does not block, a device does not start. And {@code
 * statx}, which says what was opened.
 */
@SuppressWarnings("restricted") // native calls are what this class is for
final class PathCalls {
  static final int ENOENT = 2;
  static final int EACCES = 13;
  static final int ENOTDIR = 20;
  static final int ENAMETOOLONG = 36;
  static final int ELOOP = 40;

  /** Stands for the working folder; absolute paths do not care. */
  static final int NO_FOLDER = -100;

  /** The same numbers on every architecture that has the call. */
  private static final long SYS_OPENAT2 = 437;

  private static final long O_PATH_CLOEXEC = 0x200000 | 0x80000;
  private static final long RESOLVE_NO_SYMLINKS = 4;
  private static final long HOW_BYTES = 24;

  private static final int AT_EMPTY_PATH = 0x1000;
  private static final int STATX_BASIC_STATS = 0x7ff;
  private static final long STATUS_BYTES = 256;
  private static final MemorySegment NO_NAME = Arena.global().allocate(1);

  /** Shared: nobody changes it. */
  private static final MemorySegment HOW = how();

  private static final Linker LINKER = Linker.nativeLinker();
  private static final Linker.Option ERRNO = Linker.Option.captureCallState("errno");
  private static final MemoryLayout STATE = Linker.Option.captureStateLayout();
  private static final VarHandle ERRNO_OF_STATE =
      STATE.varHandle(PathElement.groupElement("errno"));
  private static final MethodHandle OPENAT2 =
      LINKER.downcallHandle(
          LINKER.defaultLookup().findOrThrow("syscall"),
          FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_INT, ADDRESS, ADDRESS, JAVA_LONG),
          ERRNO,
          Linker.Option.firstVariadicArg(1));
  private static final MethodHandle STATX =
      LINKER.downcallHandle(
          LINKER.defaultLookup().findOrThrow("statx"),
          FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT, ADDRESS));
  private static final MethodHandle CLOSE =
      LINKER.downcallHandle(
          LINKER.defaultLookup().findOrThrow("close"), FunctionDescriptor.of(JAVA_INT, JAVA_INT));

  private PathCalls() {}

  private static MemorySegment how() {
    MemorySegment how = Arena.global().allocate(HOW_BYTES, 8);
    how.set(JAVA_LONG, 0, O_PATH_CLOEXEC);
    how.set(JAVA_LONG, 16, RESOLVE_NO_SYMLINKS);
    return how;
  }

  /** Whether the kernel has the call and {@code /proc} shows what was opened. */
  static boolean work() {
    int root = open(NO_FOLDER, "/").descriptor();
    if (root < 0) {
      return false;
    }
    try {
      return Files.isDirectory(path(root));
    } finally {
      close(root);
    }
  }

  /** A name of what is open, whatever its own name is by now. */
  static Path path(int descriptor) {
    return Path.of("/proc/self/fd/" + descriptor);
  }

  /**
   * What was opened, or why it was not.
   *
   * @param descriptor or an error number as a negative one
   * @param status null when it was not
   */
  record Opened(int descriptor, Handle.Status status) {}

  /**
   * Opens a place and looks at it.
   *
   * @param folder a descriptor, or {@link #NO_FOLDER} when the path is absolute
   */
  static Opened open(int folder, String path) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment name = arena.allocateFrom(path, StandardCharsets.UTF_8);
      MemorySegment is = arena.allocate(STATUS_BYTES + STATE.byteSize(), 8);
      MemorySegment state = is.asSlice(STATUS_BYTES);
      long descriptor =
          (long) OPENAT2.invokeExact(state, SYS_OPENAT2, folder, name, HOW, HOW_BYTES);
      if (descriptor < 0) {
        return new Opened(-(int) ERRNO_OF_STATE.get(state, 0L), null);
      }
      int opened = (int) descriptor;
      if ((int) STATX.invokeExact(opened, NO_NAME, AT_EMPTY_PATH, STATX_BASIC_STATS, is) != 0) {
        close(opened);
        return new Opened(-EACCES, null);
      }
      return new Opened(opened, status(is));
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  /** By the places of {@code struct statx}, which are the same on every architecture. */
  private static Handle.Status status(MemorySegment is) {
    return new Handle.Status(
        is.get(JAVA_SHORT, 28),
        Integer.toUnsignedLong(is.get(JAVA_INT, 16)),
        is.get(JAVA_LONG, 40),
        FileTime.from(Instant.ofEpochSecond(is.get(JAVA_LONG, 112), is.get(JAVA_INT, 120))),
        List.of(is.get(JAVA_INT, 136), is.get(JAVA_INT, 140), is.get(JAVA_LONG, 32)));
  }

  static void close(int descriptor) {
    try {
      var _ = (int) CLOSE.invokeExact(descriptor);
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  /** A native call throws nothing; what arrives here is an error of the binding itself. */
  private static AssertionError broken(Throwable cause) {
    return new AssertionError("native call failed", cause);
  }
}
