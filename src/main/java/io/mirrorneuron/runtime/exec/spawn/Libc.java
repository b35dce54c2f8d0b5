package io.mirrorneuron.runtime.exec.spawn;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.mirrorneuron.untrusted.CFunction;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.Map;
import java.util.Set;

/**
 * The calls of the C library that {@link PosixSpawner} and {@link PosixSpawner.Reactor} need, with
 * Java types. Linux with glibc 2.34 or newer; elsewhere the class does not initialise.
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

  private static final CFunction PIPE2 = CFunction.of("pipe2");
  private static final CFunction READ = CFunction.of("read");
  private static final CFunction CLOSE = CFunction.of("close");
  private static final CFunction KILL = CFunction.of("kill");
  private static final CFunction WAIT4 = CFunction.of("wait4");
  private static final CFunction SYSCALL = CFunction.of("syscall");

  /** {@code struct rusage}: two times of seconds and microseconds, then kilobytes, then others. */
  private static final int USAGE_BYTES = 256;

  private static final int PEAK_KILOBYTES = 4;

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

  static IOException failure(String what, int errno) {
    String sentence = what + ": " + TEXTS.getOrDefault(errno, "system error " + errno);
    return SCARCE.contains(errno)
        ? new Spawner.NoMeansException(sentence)
        : new IOException(sentence);
  }

  /** Read end and write end, both closed in programs that are executed. */
  static int[] pipe() throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment ends = arena.allocate(JAVA_INT, 2);
      int error = PIPE2.call(ends.address(), O_CLOEXEC);
      if (error != 0) {
        throw failure("no pipe could be made", -error);
      }
      return new int[] {ends.getAtIndex(JAVA_INT, 0), ends.getAtIndex(JAVA_INT, 1)};
    }
  }

  /**
   * Bytes read, 0 at the end, or a negative error number.
   *
   * @param state of {@link CFunction#state}
   */
  static int read(MemorySegment state, int fd, MemorySegment buffer) {
    return (int) READ.callWith(state, fd, buffer.address(), buffer.byteSize());
  }

  static void close(int fd) {
    CLOSE.call(fd);
  }

  /**
   * @param target a process id, or a negative process group id
   * @param signal 0 only asks
   * @return false when there is no such process
   */
  static boolean kill(int target, int signal) {
    return KILL.call(target, signal) != -ESRCH;
  }

  /** Waits for this one child: a wait for any child would steal those of the JDK. */
  static Spawner.End await(int pid) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment status = arena.allocate(JAVA_INT);
      MemorySegment usage = arena.allocate(USAGE_BYTES, 8);
      int ended;
      do {
        ended = WAIT4.call(pid, status.address(), 0, usage.address());
      } while (ended == -EINTR);
      if (ended != pid) {
        throw new IllegalStateException("process " + pid + " is not a child");
      }
      int value = status.get(JAVA_INT, 0);
      int signal = value & 0x7f;
      return new Spawner.End(
          signal == 0 ? (value >> 8) & 0xff : 128 + signal,
          time(usage, 0).plus(time(usage, 2)),
          usage.getAtIndex(JAVA_LONG, PEAK_KILOBYTES) * 1024);
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
    return SYSCALL.callLong(number, a, b, c, d, e);
  }

  /** The same for many in a row. */
  static long system(MemorySegment state, long number, long a, long b, long c, long d, long e) {
    return SYSCALL.callWith(state, number, a, b, c, d, e);
  }

  /** Memory that the kernel gave. */
  static MemorySegment memory(long address, long bytes) {
    return MemorySegment.ofAddress(address).reinterpret(bytes);
  }
}
