package io.mirrorneuron.untrusted;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Calls of Linux by which a file is opened that nobody else has open: the kernel gives a lease for
 * writing on no other one ({@code F_SETLEASE}), whether it is open to be read, written or mapped.
 */
@SuppressWarnings("restricted") // native calls are what this class is for
final class LeaseCalls {
  private static final int O_RDWR_CLOEXEC = 2 | 0x80000;
  private static final int F_SETSIG = 10;
  private static final int F_SETLEASE = 1024;
  private static final int F_WRLCK = 1;

  /** Who opens the file meanwhile waits, and this is sent: the only use of it is to be ignored. */
  private static final int SIGWINCH = 28;

  private static final Linker LINKER = Linker.nativeLinker();
  private static final SymbolLookup LIBC = LINKER.defaultLookup();
  private static final Optional<MethodHandle> OPEN =
      call(
          "open",
          FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT),
          Linker.Option.firstVariadicArg(2));
  private static final Optional<MethodHandle> CONTROL =
      call(
          "fcntl",
          FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT),
          Linker.Option.firstVariadicArg(2));
  private static final Optional<MethodHandle> CUT =
      call("ftruncate", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG));

  private LeaseCalls() {}

  private static Optional<MethodHandle> call(
      String name, FunctionDescriptor form, Linker.Option... options) {
    return System.getProperty("os.name").equals("Linux")
        ? LIBC.find(name).map(at -> LINKER.downcallHandle(at, form, options))
        : Optional.empty();
  }

  /**
   * Opens a file to be written from its beginning.
   *
   * @return its descriptor; a negative number when it cannot be opened, or another one has it open
   */
  static int unshared(Path file) {
    if (OPEN.isEmpty()) {
      return NameCalls.NO_CALL;
    }
    int descriptor = open(file);
    if (descriptor >= 0
        && (control(descriptor, F_SETSIG, SIGWINCH) != 0
            || control(descriptor, F_SETLEASE, F_WRLCK) != 0)) {
      PathCalls.close(descriptor);
      return -1;
    }
    return descriptor;
  }

  private static int open(Path file) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment path = arena.allocateFrom(file.toString(), StandardCharsets.UTF_8);
      return (int) OPEN.get().invokeExact(path, O_RDWR_CLOEXEC);
    } catch (Throwable e) {
      throw NameCalls.broken(e);
    }
  }

  private static int control(int descriptor, int command, int value) {
    try {
      return (int) CONTROL.get().invokeExact(descriptor, command, value);
    } catch (Throwable e) {
      throw NameCalls.broken(e);
    }
  }

  /** Lets a file end after so many bytes; answers whether it does. */
  static boolean cut(int descriptor, long size) {
    try {
      return (int) CUT.get().invokeExact(descriptor, size) == 0;
    } catch (Throwable e) {
      throw NameCalls.broken(e);
    }
  }
}
