package io.mirrorneuron.runtime.exec.spawn;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.mirrorneuron.untrusted.CFunction;
import java.io.ByteArrayOutputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Map;

/**
 * A program of some twenty instructions that enters a Landlock domain and then becomes another
 * program. So no thread of this process ever belongs to a domain: whoever is in the same one may
 * signal it and read its memory.
 *
 * <p>It gets the ruleset as descriptor {@link #RULESET}, a pipe as {@link #REPORT} and itself as
 * {@link #ITSELF}; its arguments are the path of the program and then the program's arguments. When
 * a call fails it writes the negative error number, eight bytes, to the pipe; when all goes well
 * the pipe is closed without a word. It lies in memory only.
 */
final class Launcher {
  static final int RULESET = 4;
  static final int REPORT = 5;
  static final int ITSELF = 6;

  /** How a program that has it as a descriptor names it. */
  static final String PATH = "/proc/self/fd/" + ITSELF;

  /** x86-64. */
  private static final String INTEL =
      """
      b8 be 01 00 00  bf 04 00 00 00  31 f6  0f 05     landlock_restrict_self(4, 0)
      48 85 c0  78 48                                  negative: to the report
      b8 03 00 00 00  bf 04 00 00 00  0f 05            close(4)
      b8 03 00 00 00  bf 06 00 00 00  0f 05            close(6)
      b8 48 00 00 00  bf 05 00 00 00                   fcntl(5, F_SETFD, FD_CLOEXEC)
      be 02 00 00 00  ba 01 00 00 00  0f 05
      48 8b 0c 24                                      the number of arguments
      48 8b 7c 24 08                                   the first one: the path
      48 8d 74 24 10                                   the others
      48 8d 54 cc 10                                   the environment
      b8 3b 00 00 00  0f 05                            execve
      50                                               the report: what the call answered
      b8 01 00 00 00  bf 05 00 00 00                   write(5, it, 8)
      48 89 e6  ba 08 00 00 00  0f 05
      b8 e7 00 00 00  bf 7f 00 00 00  0f 05            exit_group(127)
      """;

  /** AArch64; each instruction has its bytes in the order of the memory. */
  private static final String ARM =
      """
      c8 37 80 d2  80 00 80 d2  01 00 80 d2  01 00 00 d4     landlock_restrict_self(4, 0)
      40 02 f8 b7                                            negative: to the report
      28 07 80 d2  80 00 80 d2  01 00 00 d4                  close(4)
      28 07 80 d2  c0 00 80 d2  01 00 00 d4                  close(6)
      28 03 80 d2  a0 00 80 d2                               fcntl(5, F_SETFD, FD_CLOEXEC)
      41 00 80 d2  22 00 80 d2  01 00 00 d4
      e3 03 40 f9                                            the number of arguments
      e0 07 40 f9                                            the first one: the path
      e1 43 00 91                                            the others
      22 0c 03 8b                                            the environment
      a8 1b 80 d2  01 00 00 d4                               execve
      e0 0f 1f f8                                            the report: what the call answered
      08 08 80 d2  a0 00 80 d2                               write(5, it, 8)
      e1 03 00 91  02 01 80 d2  01 00 00 d4
      c8 0b 80 d2  e0 0f 80 d2  01 00 00 d4                  exit_group(127)
      """;

  /** The kernel's number of the machine, and the code. */
  private static final Map<String, Program> PROGRAMS =
      Map.of("amd64", new Program(62, INTEL), "aarch64", new Program(183, ARM));

  private record Program(int machine, String listing) {}

  private static final long ADDRESS_OF_FILE = 0x40_0000;
  private static final int HEADERS = 64 + 56;
  private static final int MFD_CLOEXEC = 1;
  private static final int MFD_EXEC = 0x10;

  private static final int F_DUPFD_CLOEXEC = 1030;

  private static final CFunction FCNTL = CFunction.of("fcntl");
  private static final CFunction MEMFD_CREATE = CFunction.of("memfd_create");

  /** A descriptor of it; -1 where it cannot be. */
  private static final int FILE = file();

  private Launcher() {}

  static boolean isAvailable() {
    return FILE >= 0;
  }

  static int descriptor() {
    return FILE;
  }

  private static int file() {
    Program program = PROGRAMS.get(System.getProperty("os.arch"));
    if (program == null) {
      return -1;
    }
    int fd = memory(MFD_CLOEXEC | MFD_EXEC);
    if (fd < 0) {
      fd = memory(MFD_CLOEXEC); // before Linux 6.3 all such files could be executed
    }
    if (fd < 0) {
      return -1;
    }
    try (var out = new FileOutputStream("/proc/self/fd/" + fd)) {
      out.write(executable(program.machine(), program.listing()));
      return aside(fd);
    } catch (IOException e) {
      Libc.close(fd);
      return -1;
    }
  }

  /**
   * The same file by a number that the launcher has no other use for, as descriptors are given to
   * it one after the other.
   *
   * @param fd is closed if it is another one
   */
  static int aside(int fd) throws IOException {
    if (fd < 0 || fd > ITSELF) {
      return fd;
    }
    try {
      int other = FCNTL.call(fd, F_DUPFD_CLOEXEC, ITSELF + 1);
      if (other < 0) {
        throw Libc.failure("no descriptor could be made", -other);
      }
      return other;
    } finally {
      Libc.close(fd);
    }
  }

  private static int memory(int flags) {
    try (Arena arena = Arena.ofConfined()) {
      return MEMFD_CREATE.call(arena.allocateFrom("mn-launcher").address(), flags);
    }
  }

  /**
   * An executable file.
   *
   * @param machine as the format numbers it
   * @param listing of bytes in hexadecimal, and after three spaces what they are
   */
  static byte[] executable(int machine, String listing) {
    byte[] code = code(listing);
    int size = HEADERS + code.length;
    ByteBuffer file = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    file.putInt(0x464c_457f).put(new byte[] {2, 1, 1}); // 64 bits, little end first
    file.position(16);
    file.putShort((short) 2).putShort((short) machine).putInt(1);
    file.putLong(ADDRESS_OF_FILE + HEADERS).putLong(64).putLong(0); // starts; parts; no sections
    file.putInt(0).putShort((short) 64).putShort((short) 56).putShort((short) 1);
    file.position(64);
    file.putInt(1).putInt(5); // one part to load, to read and execute: the whole file
    file.putLong(0).putLong(ADDRESS_OF_FILE).putLong(ADDRESS_OF_FILE);
    file.putLong(size).putLong(size).putLong(0x1_0000);
    return file.put(code).array();
  }

  /** The bytes of a listing as {@link #executable} has it. */
  static byte[] code(String listing) {
    var code = new ByteArrayOutputStream();
    for (String line : listing.lines().toList()) {
      for (String word : line.split(" {3,}", 2)[0].trim().split(" +")) {
        code.write(Integer.parseInt(word, 16));
      }
    }
    return code.toByteArray();
  }

  /**
   * What it reports; blocks until it has become the program or has failed, and its starter has
   * closed the pipe.
   *
   * @param pipe the end to read
   * @return 0, or an error number
   */
  static int report(int pipe) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment report = arena.allocate(JAVA_LONG);
      MemorySegment state = CFunction.state(arena);
      while (true) { // to the end of the pipe: then its starter is done, too
        int read = Libc.read(state, pipe, report);
        if (read == 0 || read < 0 && read != -Libc.EINTR) {
          return (int) -report.get(JAVA_LONG, 0);
        }
      }
    }
  }
}
