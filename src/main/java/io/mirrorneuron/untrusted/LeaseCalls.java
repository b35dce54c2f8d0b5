package io.mirrorneuron.untrusted;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Calls of Linux by which a file is opened that nobody else has open: the kernel gives a lease for
 * writing on no other one ({@code F_SETLEASE}), whether it is open to be read, written or mapped.
 */
final class LeaseCalls {
  private static final int O_RDWR_CLOEXEC = 2 | 0x80000;
  private static final int F_SETSIG = 10;
  private static final int F_SETLEASE = 1024;
  private static final int F_WRLCK = 1;

  /** Who opens the file meanwhile waits, and this is sent: the only use of it is to be ignored. */
  private static final int SIGWINCH = 28;

  private static final Optional<CFunction> OPEN = CFunction.find("open");
  private static final Optional<CFunction> CONTROL = CFunction.find("fcntl");
  private static final Optional<CFunction> CUT = CFunction.find("ftruncate");

  private LeaseCalls() {}

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
      return OPEN.get().call(path.address(), O_RDWR_CLOEXEC);
    }
  }

  private static int control(int descriptor, int command, int value) {
    return CONTROL.get().call(descriptor, command, value);
  }

  /** Lets a file end after so many bytes; answers whether it does. */
  static boolean cut(int descriptor, long size) {
    return CUT.get().call(descriptor, size) == 0;
  }
}
