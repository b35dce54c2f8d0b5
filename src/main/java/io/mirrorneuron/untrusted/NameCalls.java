package io.mirrorneuron.untrusted;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;

/**
 * Calls of Linux that give a file a name only if it is free: {@code renameat2}, and {@code linkat}
 * for a file that was opened without a name ({@code O_TMPFILE}) and has all its bytes. All answer
 * an error number as a negative one.
 */
@SuppressWarnings("restricted") // native calls are what this class is for
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

  private static final Linker LINKER = Linker.nativeLinker();
  private static final SymbolLookup LIBC = LINKER.defaultLookup();
  private static final MemoryLayout STATE = Linker.Option.captureStateLayout();
  private static final VarHandle ERRNO = STATE.varHandle(PathElement.groupElement("errno"));
  private static final Optional<MethodHandle> OPEN =
      call(
          "openat",
          FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT),
          Linker.Option.firstVariadicArg(3));
  private static final Optional<MethodHandle> WRITE =
      call("write", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG));
  private static final Optional<MethodHandle> LINK =
      call(
          "linkat",
          FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT, ADDRESS, JAVA_INT));
  private static final Optional<MethodHandle> MOVE =
      call(
          "renameat2",
          FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT, ADDRESS, JAVA_INT));

  private NameCalls() {}

  private static Optional<MethodHandle> call(
      String name, FunctionDescriptor form, Linker.Option... more) {
    if (!System.getProperty("os.name").equals("Linux")) {
      return Optional.empty();
    }
    Linker.Option[] options = Arrays.copyOf(more, more.length + 1);
    options[more.length] = Linker.Option.captureCallState("errno");
    return LIBC.find(name).map(at -> LINKER.downcallHandle(at, form, options));
  }

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
      MemorySegment state = arena.allocate(STATE);
      MemorySegment path = text(arena, folder);
      int how = O_WRONLY_CLOEXEC | O_TMPFILE;
      int none = PathCalls.NO_FOLDER;
      return answer(state, (int) OPEN.get().invokeExact(state, none, path, how, RIGHTS));
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  /** Writes all bytes; answers 0 then. */
  static int write(int descriptor, byte[] content) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(STATE);
      MemorySegment bytes = arena.allocateFrom(JAVA_BYTE, content);
      for (long at = 0; at < content.length; ) {
        MemorySegment rest = bytes.asSlice(at);
        long some = (long) WRITE.get().invokeExact(state, descriptor, rest, rest.byteSize());
        if (some < 0 && (int) ERRNO.get(state, 0L) != EINTR) {
          return answer(state, -1);
        }
        at += Math.max(0, some);
      }
      return 0;
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  /** Gives a file that has no name one that is free. */
  static int name(int descriptor, Path name) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(STATE);
      MemorySegment from = text(arena, PathCalls.path(descriptor));
      MemorySegment to = text(arena, name);
      int none = PathCalls.NO_FOLDER;
      return answer(
          state, (int) LINK.get().invokeExact(state, none, from, none, to, AT_SYMLINK_FOLLOW));
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  /** Gives what has a name another one that is free. */
  static int move(Path from, Path to) {
    if (MOVE.isEmpty()) {
      return NO_CALL;
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(STATE);
      MemorySegment old = text(arena, from);
      MemorySegment free = text(arena, to);
      int none = PathCalls.NO_FOLDER;
      return answer(
          state, (int) MOVE.get().invokeExact(state, none, old, none, free, RENAME_NOREPLACE));
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  private static MemorySegment text(Arena arena, Path path) {
    return arena.allocateFrom(path.toString(), StandardCharsets.UTF_8);
  }

  private static int answer(MemorySegment state, int result) {
    return result < 0 ? -(int) ERRNO.get(state, 0L) : result;
  }

  /** A native call throws nothing; what arrives here is an error of the binding itself. */
  static AssertionError broken(Throwable cause) {
    return new AssertionError("native call failed", cause);
  }
}
