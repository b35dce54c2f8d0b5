package io.mirrorneuron.untrusted;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * The call {@code openat2} of Linux 5.6, which opens a path without following any link in it. It
 * opens the place only ({@code O_PATH}): a pipe does not block, a device does not start. {@code
 * statx} says what was opened; {@code getdents64} reads a folder.
 */
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

  private static final long O_CLOEXEC = 0x80000;
  private static final long O_PATH_CLOEXEC = 0x200000 | O_CLOEXEC;
  private static final long RESOLVE_NO_SYMLINKS = 4;
  private static final long HOW_BYTES = 24;

  private static final int AT_EMPTY_PATH = 0x1000;
  private static final int AT_SYMLINK_NOFOLLOW = 0x100;
  private static final int STATX_BASIC_STATS = 0x7ff;
  private static final long STATUS_BYTES = 256;
  private static final MemorySegment NO_NAME = Arena.global().allocate(1);

  /** One entry of a folder with the longest name. */
  private static final long ENTRY_BYTES = 280;

  /** Shared: nobody changes them. */
  private static final MemorySegment PLACE = how(O_PATH_CLOEXEC);

  private static final MemorySegment READ = how(O_CLOEXEC);

  private static final CFunction SYSCALL = CFunction.of("syscall");
  private static final CFunction STATX = CFunction.of("statx");
  private static final CFunction CLOSE = CFunction.of("close");
  private static final Optional<CFunction> ENTRIES = CFunction.find("getdents64");

  private PathCalls() {}

  private static MemorySegment how(long flags) {
    MemorySegment how = Arena.global().allocate(HOW_BYTES, 8);
    how.set(JAVA_LONG, 0, flags);
    how.set(JAVA_LONG, 16, RESOLVE_NO_SYMLINKS);
    return how;
  }

  /** Whether the kernel has the calls and {@code /proc} shows what was opened. */
  static boolean work() {
    if (ENTRIES.isEmpty()) {
      return false;
    }
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
      MemorySegment is = arena.allocate(STATUS_BYTES, 8);
      int opened = open(folder, name, PLACE);
      if (opened < 0) {
        return new Opened(opened, null);
      }
      long none = NO_NAME.address();
      if (STATX.call(opened, none, AT_EMPTY_PATH, STATX_BASIC_STATS, is.address()) != 0) {
        close(opened);
        return new Opened(-EACCES, null);
      }
      return new Opened(opened, status(is));
    }
  }

  private static int open(int folder, MemorySegment name, MemorySegment how) {
    return (int) SYSCALL.callLong(SYS_OPENAT2, folder, name.address(), how.address(), HOW_BYTES);
  }

  /**
   * Opens a folder and reads of it, which waits until no name in it is being given or removed.
   *
   * @return its descriptor, or an error number as a negative one
   */
  static int settled(int folder, String path) {
    try (Arena arena = Arena.ofConfined()) {
      int opened = open(folder, arena.allocateFrom(path, StandardCharsets.UTF_8), READ);
      if (opened >= 0) {
        ENTRIES.get().callLong(opened, arena.allocate(ENTRY_BYTES, 8).address(), ENTRY_BYTES);
      }
      return opened;
    }
  }

  /** What has this name, a link to nothing too; null when nothing has, or nobody may know. */
  static Handle.Status look(String path) {
    try (Arena arena = Arena.ofConfined()) {
      long name = arena.allocateFrom(path, StandardCharsets.UTF_8).address();
      MemorySegment is = arena.allocate(STATUS_BYTES, 8);
      int none = NO_FOLDER;
      return STATX.call(none, name, AT_SYMLINK_NOFOLLOW, STATX_BASIC_STATS, is.address()) == 0
          ? status(is)
          : null;
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
    CLOSE.call(descriptor);
  }
}
