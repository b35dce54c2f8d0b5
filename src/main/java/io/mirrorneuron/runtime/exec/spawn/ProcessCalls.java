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

  private ProcessCalls() {}

  /** Whether the kernel gives this process the orphans among its descendants from now on. */
  static boolean adoptOrphans(boolean on) {
    try (Arena arena = Arena.ofConfined()) {
      return (int)
              PRCTL.invokeExact(Libc.state(arena), PR_SET_CHILD_SUBREAPER, on ? 1L : 0L, 0L, 0L, 0L)
          == 0;
    } catch (Throwable e) {
      throw Libc.broken(e);
    }
  }

  /** The hard limit of real time without a pause; -1 for none or when it may not be known. */
  static long realTimeLimit(int pid) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment limits = arena.allocate(JAVA_LONG, 2);
      int error =
          (int)
              PRLIMIT.invokeExact(
                  Libc.state(arena), pid, RLIMIT_RTTIME, MemorySegment.NULL, limits);
      return error == 0 ? limits.getAtIndex(JAVA_LONG, 1) : -1;
    } catch (Throwable e) {
      throw Libc.broken(e);
    }
  }

  /** Sets both limits of a process that may have ended. */
  static void limitRealTime(int pid, long microseconds) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment limits = arena.allocate(JAVA_LONG, 2);
      limits.setAtIndex(JAVA_LONG, 0, microseconds);
      limits.setAtIndex(JAVA_LONG, 1, microseconds);
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
}
