package io.mirrorneuron.runtime.exec.spawn;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import io.mirrorneuron.untrusted.CFunction;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.stream.IntStream;

/**
 * What an administrator may do beyond others, taken from one thread and all that it starts. Without
 * it a program of root would read the server's memory, load kernel modules or read disks.
 */
final class Privileges {
  static final int PR_SET_NO_NEW_PRIVS = 38;

  /** The third version of the kernel's structure, and this thread. */
  private static final int VERSION = 0x2008_0522;

  /**
   * Numbers of the capabilities that are kept: of those that containers have, what installers of
   * packages and servers need. Without NET_RAW nobody reads tokens from the network. CHOWN,
   * DAC_OVERRIDE, FOWNER, FSETID, KILL, SETGID, SETUID, NET_BIND_SERVICE, SYS_CHROOT, AUDIT_WRITE.
   */
  private static final int[] KEPT = {0, 1, 3, 4, 5, 6, 7, 10, 18, 29};

  private static final int KEPT_BITS =
      IntStream.of(KEPT).map(number -> 1 << number).reduce(0, (a, b) -> a | b);

  private static final CFunction CAPGET = CFunction.of("capget");
  private static final CFunction CAPSET = CFunction.of("capset");

  private Privileges() {}

  /** For this thread alone, for ever; no program that it starts gets more by being executed. */
  static void giveUp() throws IOException {
    if (!ProcessCalls.control(PR_SET_NO_NEW_PRIVS, 1)) {
      throw new IOException("programs cannot be confined: new privileges cannot be refused");
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment header = arena.allocate(JAVA_INT, 2);
      header.set(JAVA_INT, 0, VERSION);
      // Effective, permitted, inheritable: numbers below 32, then the same for those above.
      MemorySegment sets = arena.allocate(JAVA_INT, 6);
      check("privileges cannot be known", CAPGET.call(header.address(), sets.address()));
      boolean some = false;
      for (int i = 0; i < 6; i++) {
        int before = sets.getAtIndex(JAVA_INT, i);
        int after = i < 3 ? before & KEPT_BITS : 0;
        some |= before != after;
        sets.setAtIndex(JAVA_INT, i, after);
      }
      if (some) {
        check("privileges cannot be given up", CAPSET.call(header.address(), sets.address()));
      }
    }
  }

  private static void check(String what, int error) throws IOException {
    if (error != 0) {
      throw Libc.failure(what, -error);
    }
  }
}
