package io.mirrorneuron.runtime.exec.spawn;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/** Calls by which {@link LimitMark} and {@link Adoption} know and collect processes. Linux. */
final class ProcessCalls {
  private static final int PR_SET_CHILD_SUBREAPER = 36;
  private static final int WNOHANG = 1;

  /** Ends real-time processes that never wait; means nothing to others. */
  private static final int RLIMIT_RTTIME = 15;

  private static final MethodHandle PRCTL =
      Libc.variadic("prctl", 1, JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG);
  private static final MethodHandle PRLIMIT =
      Libc.call("prlimit", JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS, ADDRESS);
  private static final MethodHandle WAITPID =
      Libc.call("waitpid", JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT);

  static final long NO_LIMIT = -1;
  private static final long OWN_HARD_LIMIT = ownHardLimit();

  private static final MethodHandle WAITID =
      Libc.call("waitid", JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT);
  private static final MethodHandle GETSID = Libc.call("getsid", JAVA_INT, JAVA_INT);

  /** Asked for when segments of System V are first looked at; C libraries may have no such call. */
  private static final class Segments {
    static final MethodHandle CONTROL = Libc.call("shmctl", JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS);
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
      var _ =
          (int)
              PRLIMIT.invokeExact(Libc.state(arena), 0, RLIMIT_RTTIME, MemorySegment.NULL, limits);
      return limits.getAtIndex(JAVA_LONG, 1);
    } catch (Throwable e) {
      throw Libc.broken(e);
    }
  }

  /** A child of this process that has ended and nobody has collected; 0 when there is none. */
  static int ended() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment signal = arena.allocate(SIGNAL_BYTES, 8);
      int error =
          (int) WAITID.invokeExact(Libc.state(arena), P_ALL, 0, signal, WEXITED_WNOHANG_WNOWAIT);
      return error == 0 ? signal.get(JAVA_INT, SIGNAL_PID) : 0;
    } catch (Throwable e) {
      throw Libc.broken(e);
    }
  }

  /** The session of a process, also of one that has ended; -1 when there is none. */
  static int session(int pid) {
    try (Arena arena = Arena.ofConfined()) {
      return (int) GETSID.invokeExact(Libc.state(arena), pid);
    } catch (Throwable e) {
      throw Libc.broken(e);
    }
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
    try (Arena arena = Arena.ofConfined()) {
      return (int) PRCTL.invokeExact(Libc.state(arena), option, first, second, 0L, 0L) == 0;
    } catch (Throwable e) {
      throw Libc.broken(e);
    }
  }

  /** The soft limit of real time without a pause; -1 for none or when it may not be known. */
  static long realTimeLimit(int pid) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment limits = arena.allocate(JAVA_LONG, 2);
      int error =
          (int)
              PRLIMIT.invokeExact(
                  Libc.state(arena), pid, RLIMIT_RTTIME, MemorySegment.NULL, limits);
      return error == 0 ? limits.getAtIndex(JAVA_LONG, 0) : -1;
    } catch (Throwable e) {
      throw Libc.broken(e);
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
      var _ =
          (int)
              PRLIMIT.invokeExact(
                  Libc.state(arena), pid, RLIMIT_RTTIME, limits, MemorySegment.NULL);
    } catch (Throwable e) {
      throw Libc.broken(e);
    }
  }

  /**
   * Collects children that have ended.
   *
   * @param target a process id, or a negative process group id
   */
  static void collect(int target) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = Libc.state(arena);
      int collected;
      do {
        collected = (int) WAITPID.invokeExact(state, target, MemorySegment.NULL, WNOHANG);
      } while (collected > 0 && target < 0);
    } catch (Throwable e) {
      throw Libc.broken(e);
    }
  }

  /** How many segments of System V there are; -1 when the kernel does not say. */
  static int segments() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment counts = arena.allocate(Segments.COUNT_BYTES, 8);
      int last = (int) Segments.CONTROL.invokeExact(Libc.state(arena), 0, Segments.COUNTS, counts);
      return last < 0 ? -1 : counts.get(JAVA_INT, 0);
    } catch (LinkageError e) {
      throw e;
    } catch (Throwable e) {
      throw Libc.broken(e);
    }
  }

  /** Removes a segment of System V once nobody has it mapped, where that is allowed. */
  static void removeSegment(int id) {
    try (Arena arena = Arena.ofConfined()) {
      var _ =
          (int)
              Segments.CONTROL.invokeExact(
                  Libc.state(arena), id, Segments.REMOVE, MemorySegment.NULL);
    } catch (LinkageError e) {
      throw e;
    } catch (Throwable e) {
      throw Libc.broken(e);
    }
  }
}
