package io.mirrorneuron.untrusted;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Calls of Linux that give a file a name only if it is free: {@code renameat2}, and {@code linkat}
 * for a file that was opened without a name ({@code O_TMPFILE}) and has all its bytes. All answer
 * an error number as a negative one.
 */
final class NameCalls {
  static final int ENOENT = 2;
  static final int EINTR = 4;
  static final int EEXIST = 17;
  static final int ENOSPC = 28;
  static final int EDQUOT = 122;

  /** What is answered where there is no such call. */
  static final int NO_CALL = -38;

  private static final int O_WRONLY_CLOEXEC = 1 | 0x80000;
  private static final int O_TMPFILE =
      0x400000 | (System.getProperty("os.arch").equals("aarch64") ? 0x4000 : 0x10000);
  private static final int RIGHTS = 0666;
  private static final int AT_SYMLINK_FOLLOW = 0x400;
  private static final int RENAME_NOREPLACE = 1;

  private static final Optional<CFunction> OPEN = CFunction.find("openat");
  private static final Optional<CFunction> WRITE = CFunction.find("write");
  private static final Optional<CFunction> LINK = CFunction.find("linkat");
  private static final Optional<CFunction> MOVE = CFunction.find("renameat2");

  private NameCalls() {}

  /**
   * Opens a new file without a name, which is gone when it is closed.
   *
   * @param folder in whose file system it lies
   * @return its descriptor
   */
  static int unnamed(Path folder) {
    if (OPEN.isEmpty() || LINK.isEmpty()) {
      return NO_CALL;
    }
    try (Arena arena = Arena.ofConfined()) {
      int how = O_WRONLY_CLOEXEC | O_TMPFILE;
      return OPEN.get().call(PathCalls.NO_FOLDER, text(arena, folder), how, RIGHTS);
    }
  }

  /** Writes all bytes; answers 0 then. */
  static int write(int descriptor, byte[] content) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment bytes = arena.allocateFrom(JAVA_BYTE, content);
      for (long at = 0; at < content.length; ) {
        long some = WRITE.get().callLong(descriptor, bytes.address() + at, content.length - at);
        if (some < 0 && some != -EINTR) {
          return (int) some;
        }
        at += Math.max(0, some);
      }
      return 0;
    }
  }

  /** Gives a file that has no name one that is free. */
  static int name(int descriptor, Path name) {
    try (Arena arena = Arena.ofConfined()) {
      long from = text(arena, PathCalls.path(descriptor));
      long to = text(arena, name);
      int none = PathCalls.NO_FOLDER;
      return LINK.get().call(none, from, none, to, AT_SYMLINK_FOLLOW);
    }
  }

  /** Gives what has a name another one that is free. */
  static int move(Path from, Path to) {
    if (MOVE.isEmpty()) {
      return NO_CALL;
    }
    try (Arena arena = Arena.ofConfined()) {
      int none = PathCalls.NO_FOLDER;
      return MOVE.get().call(none, text(arena, from), none, text(arena, to), RENAME_NOREPLACE);
    }
  }

  /** Its address. */
  private static long text(Arena arena, Path path) {
    return arena.allocateFrom(path.toString(), StandardCharsets.UTF_8).address();
  }
}
