package io.mirrorneuron.runtime.exec.spawn;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.mirrorneuron.untrusted.CFunction;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** Calls by which {@link LimitMark} and {@link Adoption} know and collect processes. Linux. */
final class ProcessCalls {
  private static final int PR_SET_CHILD_SUBREAPER = 36;
  private static final int WNOHANG = 1;

  /** Ends real-time processes that never wait; means nothing to others. */
  private static final int RLIMIT_RTTIME = 15;

  private static final CFunction PRCTL = CFunction.of("prctl");
  private static final CFunction PRLIMIT = CFunction.of("prlimit");
  private static final CFunction WAITPID = CFunction.of("waitpid");

  static final long NO_LIMIT = -1;
  private static final long OWN_HARD_LIMIT = ownHardLimit();

  private static final CFunction WAITID = CFunction.of("waitid");
  private static final CFunction GETSID = CFunction.of("getsid");

  /** Asked for when segments of System V are first looked at; C libraries may have no such call. */
  private static final class Segments {
    static final CFunction CONTROL = CFunction.of("shmctl");
    static final int REMOVE = 0;
    static final int COUNTS = 14;
    static final int COUNT_BYTES = 48;
  }

  private static final int P_ALL = 0;
  private static final int WEXITED_WNOHANG_WNOWAIT = 4 | 1 | 0x0100_0000;
  private static final int SIGNAL_BYTES = 128;
  private static final int SIGNAL_PID = 16;

  private ProcessCalls() {}

  private static long ownHardLimit() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment limits = arena.allocate(JAVA_LONG, 2);
      PRLIMIT.call(0, RLIMIT_RTTIME, 0, limits.address());
      return limits.getAtIndex(JAVA_LONG, 1);
    }
  }

  /** A child of this process that has ended and nobody has collected; 0 when there is none. */
  static int ended() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment signal = arena.allocate(SIGNAL_BYTES, 8);
      int error = WAITID.call(P_ALL, 0, signal.address(), WEXITED_WNOHANG_WNOWAIT);
      return error == 0 ? signal.get(JAVA_INT, SIGNAL_PID) : 0;
    }
  }

  /** The session of a process, also of one that has ended; negative when there is none. */
  static int session(int pid) {
    return GETSID.call(pid);
  }

  /** Whether the kernel gives this process the orphans among its descendants from now on. */
  static boolean adoptOrphans(boolean on) {
    return control(PR_SET_CHILD_SUBREAPER, on ? 1 : 0);
  }

  /** One {@code prctl} with one argument; whether it was done. */
  static boolean control(int option, long argument) {
    return control(option, argument, 0);
  }

  /** The same with two. */
  static boolean control(int option, long first, long second) {
    return PRCTL.call(option, first, second) == 0;
  }

  /** The soft limit of real time without a pause; -1 for none or when it may not be known. */
  static long realTimeLimit(int pid) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment limits = arena.allocate(JAVA_LONG, 2);
      int error = PRLIMIT.call(pid, RLIMIT_RTTIME, 0, limits.address());
      return error == 0 ? limits.getAtIndex(JAVA_LONG, 0) : -1;
    }
  }

  /** Sets both limits of a process that may have ended. */
  static void limitRealTime(int pid, long microseconds) {
    limitRealTime(pid, microseconds, microseconds);
  }

  /** Sets the soft limit of this process, which its children inherit; the hard one stays. */
  static void limitOwnRealTime(long microseconds) {
    limitRealTime(0, microseconds, OWN_HARD_LIMIT);
  }

  private static void limitRealTime(int pid, long soft, long hard) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment limits = arena.allocate(JAVA_LONG, 2);
      limits.setAtIndex(JAVA_LONG, 0, soft);
      limits.setAtIndex(JAVA_LONG, 1, hard);
      PRLIMIT.call(pid, RLIMIT_RTTIME, limits.address(), 0);
    }
  }

  /**
   * Collects children that have ended.
   *
   * @param target a process id, or a negative process group id
   */
  static void collect(int target) {
    int collected;
    do {
      collected = WAITPID.call(target, 0, WNOHANG);
    } while (collected > 0 && target < 0);
  }

  /** How many segments of System V there are; -1 when the kernel does not say. */
  static int segments() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment counts = arena.allocate(Segments.COUNT_BYTES, 8);
      int last = Segments.CONTROL.call(0, Segments.COUNTS, counts.address());
      return last < 0 ? -1 : counts.get(JAVA_INT, 0);
    }
  }

  /** Removes a segment of System V once nobody has it mapped, where that is allowed. */
  static void removeSegment(int id) {
    Segments.CONTROL.call(id, Segments.REMOVE, 0);
  }
}
