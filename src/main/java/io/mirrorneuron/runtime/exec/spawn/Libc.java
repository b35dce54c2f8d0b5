package io.mirrorneuron.runtime.exec.spawn;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.lang.foreign.AddressLayout;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import java.util.Map;
import java.util.Set;

/**
 * The calls of the C library that {@link PosixSpawner} and {@link Reactor} need, with Java types.
 * Linux with glibc 2.34 or newer; elsewhere the class does not initialise.
 */
@SuppressWarnings("restricted") // native calls are what this class is for
final class Libc {
  static final int ENOENT = 2;
  static final int EINTR = 4;
  static final int ENOEXEC = 8;

  private static final int ESRCH = 3;
  static final int O_CLOEXEC = 0x80000;

  /** The same number on every architecture that has the call. */
  private static final long SYS_PIDFD_OPEN = 434;

  private static final Linker LINKER = Linker.nativeLinker();
  private static final Linker.Option ERRNO = Linker.Option.captureCallState("errno");
  private static final MemoryLayout STATE = Linker.Option.captureStateLayout();
  private static final VarHandle ERRNO_OF_STATE =
      STATE.varHandle(PathElement.groupElement("errno"));

  private static final AddressLayout POINTER = ADDRESS;
  private static final MethodHandle PIPE2 = call("pipe2", JAVA_INT, POINTER, JAVA_INT);
  private static final MethodHandle READ = call("read", JAVA_LONG, JAVA_INT, POINTER, JAVA_LONG);
  private static final MethodHandle CLOSE = call("close", JAVA_INT, JAVA_INT);
  private static final MethodHandle KILL = call("kill", JAVA_INT, JAVA_INT, JAVA_INT);
  private static final MethodHandle WAIT4 =
      call("wait4", JAVA_INT, JAVA_INT, POINTER, JAVA_INT, POINTER);

  /** {@code struct rusage}: two times of seconds and microseconds, then kilobytes, then others. */
  private static final int USAGE_BYTES = 256;

  private static final int PEAK_KILOBYTES = 4;
  private static final MethodHandle SYSCALL =
      variadic(
          "syscall", 1, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG,
          JAVA_LONG);

  private static final Map<Integer, String> TEXTS =
      Map.of(
          1,
          "operation not permitted",
          ENOENT,
          "no such file or directory",
          7,
          "argument list too long",
          ENOEXEC,
          "exec format error",
          11,
          "too many processes",
          12,
          "out of memory",
          13,
          "permission denied",
          20,
          "not a directory",
          24,
          "too many open files",
          26,
          "text file busy");

  /** Of processes, memory, and open files of all or of this process. */
  private static final Set<Integer> SCARCE = Set.of(11, 12, 23, 24);

  private Libc() {}

  /** A handle that takes a {@link #state} first; {@link #errno} reads it after a failure. */
  static MethodHandle call(String name, ValueLayout result, ValueLayout... parameters) {
    return LINKER.downcallHandle(
        LINKER.defaultLookup().findOrThrow(name), FunctionDescriptor.of(result, parameters), ERRNO);
  }

  /**
   * The same for a call that takes different numbers of arguments.
   *
   * @param fixed how many it always takes
   */
  static MethodHandle variadic(
      String name, int fixed, ValueLayout result, ValueLayout... parameters) {
    return LINKER.downcallHandle(
        LINKER.defaultLookup().findOrThrow(name),
        FunctionDescriptor.of(result, parameters),
        ERRNO,
        Linker.Option.firstVariadicArg(fixed));
  }

  static MemorySegment state(Arena arena) {
    return arena.allocate(STATE);
  }

  static int errno(MemorySegment state) {
    return (int) ERRNO_OF_STATE.get(state, 0L);
  }

  static IOException failure(String what, int errno) {
    String sentence = what + ": " + TEXTS.getOrDefault(errno, "system error " + errno);
    return SCARCE.contains(errno)
        ? new Spawner.NoMeansException(sentence)
        : new IOException(sentence);
  }

  /** A native call throws nothing; what arrives here is an error of the binding itself. */
  static AssertionError broken(Throwable cause) {
    return new AssertionError("native call failed", cause);
  }

  /** Read end and write end, both closed in programs that are executed. */
  static int[] pipe() throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = state(arena);
      MemorySegment ends = arena.allocate(JAVA_INT, 2);
      if ((int) PIPE2.invokeExact(state, ends, O_CLOEXEC) != 0) {
        throw failure("no pipe could be made", errno(state));
      }
      return new int[] {ends.getAtIndex(JAVA_INT, 0), ends.getAtIndex(JAVA_INT, 1)};
    } catch (IOException e) {
      throw e;
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  /** Bytes read, 0 at the end, -1 on an error. */
  static int read(MemorySegment state, int fd, MemorySegment buffer) {
    try {
      return (int) (long) READ.invokeExact(state, fd, buffer, buffer.byteSize());
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  static void close(int fd) {
    try (Arena arena = Arena.ofConfined()) {
      var _ = (int) CLOSE.invokeExact(state(arena), fd);
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  /**
   * @param target a process id, or a negative process group id
   * @param signal 0 only asks
   * @return false when there is no such process
   */
  static boolean kill(int target, int signal) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = state(arena);
      return (int) KILL.invokeExact(state, target, signal) == 0 || errno(state) != ESRCH;
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  /** Waits for this one child: a wait for any child would steal those of the JDK. */
  static Spawner.End await(int pid) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = state(arena);
      MemorySegment status = arena.allocate(JAVA_INT);
      MemorySegment usage = arena.allocate(USAGE_BYTES, 8);
      while ((int) WAIT4.invokeExact(state, pid, status, 0, usage) != pid) {
        if (errno(state) != EINTR) {
          throw new IllegalStateException("process " + pid + " is not a child");
        }
      }
      int value = status.get(JAVA_INT, 0);
      int signal = value & 0x7f;
      return new Spawner.End(
          signal == 0 ? (value >> 8) & 0xff : 128 + signal,
          time(usage, 0).plus(time(usage, 2)),
          usage.getAtIndex(JAVA_LONG, PEAK_KILOBYTES) * 1024);
    } catch (RuntimeException e) {
      throw e;
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  private static Duration time(MemorySegment usage, int index) {
    return Duration.ofSeconds(usage.getAtIndex(JAVA_LONG, index))
        .plusNanos(usage.getAtIndex(JAVA_LONG, index + 1) * 1000);
  }

  /** A descriptor that becomes readable when the child ends. */
  static int pidfd(int pid) throws IOException {
    long fd = system(SYS_PIDFD_OPEN, pid, 0);
    if (fd < 0) {
      throw failure("process cannot be watched", (int) -fd);
    }
    return (int) fd;
  }

  /** A call of the kernel by its number: the result, or a negative error number. */
  static long system(long number, long first, long second) {
    return system(number, first, second, 0, 0, 0);
  }

  /** The same with more arguments; a sixth one, where a call has it, is 0. */
  static long system(long number, long a, long b, long c, long d, long e) {
    try (Arena arena = Arena.ofConfined()) {
      return system(state(arena), number, a, b, c, d, e);
    }
  }

  /** The same for many in a row. */
  static long system(MemorySegment state, long number, long a, long b, long c, long d, long e) {
    try {
      long result = (long) SYSCALL.invokeExact(state, number, a, b, c, d, e, 0L);
      return result < 0 ? -errno(state) : result;
    } catch (Throwable failure) {
      throw broken(failure);
    }
  }

  /**
   * A handle of machine code in this process, which keeps to the conventions of the C library.
   *
   * @param address of its first instruction
   */
  static MethodHandle code(long address) {
    return LINKER.downcallHandle(
        MemorySegment.ofAddress(address), FunctionDescriptor.of(JAVA_LONG, JAVA_LONG));
  }

  /** Memory that the kernel gave. */
  static MemorySegment memory(long address, long bytes) {
    return MemorySegment.ofAddress(address).reinterpret(bytes);
  }
}
