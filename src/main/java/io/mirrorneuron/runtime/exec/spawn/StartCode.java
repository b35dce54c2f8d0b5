package io.mirrorneuron.runtime.exec.spawn;

import io.mirrorneuron.untrusted.CFunction;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Some hundred instructions in the memory of this process that start a program. What the C library
 * does for that cannot enter a Landlock domain on the way, and costs sixty calls for signals.
 *
 * <p>They are called with the address of an order, see {@link DirectStart}. The child shares the
 * memory of this process until it has become the program, and meanwhile its parent's thread stands
 * still: so it uses no stack, and tells by the order why it failed. It has no handler of a signal
 * of this process, and is sent none before it has become the program.
 */
final class StartCode {
  /** Of an order: see the listing. */
  static final int ERROR = 88;

  static final int ALL_SIGNALS = 104;
  static final int NOTHING = 152;
  static final int OUT = 160;
  static final int ERR = 168;
  static final int FOLDER = 176;
  static final int RULESET = 184;
  static final int PATH = 192;
  static final int ARGUMENTS = 200;
  static final int ENVIRONMENT = 208;
  static final int IGNORED_SIGNALS = 216;
  static final int LIMITS = 224;

  /** A number of limits, and then each with three numbers. */
  static final int FIRST_LIMIT = 232;

  static final int LIMIT_BYTES = 24;

  /** x86-64; an order is in rbx, numbers are offsets in it. */
  private static final String LISTING =
      """
      53  48 89 fb                                          the order
      b8 0e 00 00 00  bf 02 00 00 00                        rt_sigprocmask(SIG_SETMASK, 104, 96, 8)
      48 8d 73 68  48 8d 53 60  41 ba 08 00 00 00  0f 05
      b8 b3 01 00 00  48 89 df  be 58 00 00 00  0f 05       clone3(0, 88)
      48 85 c0  74 1c                                       the child goes on below
      50                                                    the parent, later: its mask again
      b8 0e 00 00 00  bf 02 00 00 00                        rt_sigprocmask(SIG_SETMASK, 96, NULL, 8)
      48 8d 73 60  31 d2  41 ba 08 00 00 00  0f 05
      58  5b  c3                                            what clone3 answered
      b8 70 00 00 00  0f 05                                 the child: setsid()
      4c 8b a3 d8 00 00 00                                  for each bit of 216:
      4d 85 e4  74 1f  49 0f bc fc  49 0f b3 fc  ff c7
      48 8d 73 78  31 d2  41 ba 08 00 00 00                 rt_sigaction(number, 120, NULL, 8)
      b8 0d 00 00 00  0f 05  eb dc
      31 ff  b8 03 00 00 00  0f 05                          close(0)
      48 8b bb 98 00 00 00  31 f6  b8 02 00 00 00  0f 05    open(152, O_RDONLY), which is 0
      48 85 c0  0f 88 ed 00 00 00                           negative: to the end, as below
      48 8b bb a0 00 00 00  be 01 00 00 00                  dup2(160, 1)
      b8 21 00 00 00  0f 05  48 85 c0  0f 88 d1 00 00 00
      48 8b bb a8 00 00 00  be 02 00 00 00                  dup2(168, 2)
      b8 21 00 00 00  0f 05  48 85 c0  0f 88 b5 00 00 00
      48 8b bb b0 00 00 00  b8 50 00 00 00  0f 05           chdir(176)
      48 85 c0  0f 88 9e 00 00 00
      48 8b bb b8 00 00 00  85 ff  78 12                    unless 184 is negative:
      31 f6  b8 be 01 00 00  0f 05                          landlock_restrict_self(184, 0)
      48 85 c0  0f 88 81 00 00 00
      bf 03 00 00 00  be ff ff ff ff  31 d2                 close_range(3, ~0, 0)
      b8 b4 01 00 00  0f 05  48 85 c0  78 69
      4c 8b a3 e0 00 00 00  4c 8d ab e8 00 00 00            224 times, from 232 on:
      4d 85 e4  74 22
      31 ff  49 8b 75 00  49 8d 55 08  45 31 d2             prlimit64(0, which, its limits, NULL)
      b8 2e 01 00 00  0f 05  48 85 c0  78 3d
      49 83 c5 18  49 ff cc  eb d9
      bf 02 00 00 00  48 8d 73 70  31 d2                    rt_sigprocmask(SIG_SETMASK, 112, NULL, 8)
      41 ba 08 00 00 00  b8 0e 00 00 00  0f 05
      48 8b bb c0 00 00 00  48 8b b3 c8 00 00 00            execve(192, 200, 208)
      48 8b 93 d0 00 00 00  b8 3b 00 00 00  0f 05
      48 89 43 58                                           the end: 88 is what the call answered
      bf 7f 00 00 00  b8 e7 00 00 00  0f 05                 exit_group(127)
      """;

  private static final long MMAP = 9;
  private static final long MPROTECT = 10;
  private static final long CLONE3 = 435;
  private static final long CLOSE_RANGE = 436;
  private static final int EINVAL = 22;

  private static final long READ_WRITE = 1 | 2;
  private static final long READ_EXECUTE = 1 | 4;
  private static final long PRIVATE_ANONYMOUS = 2 | 0x20;
  private static final long NO_FILE = 0xffff_ffffL;

  private static final CFunction RUN = load();

  private StartCode() {}

  static boolean isAvailable() {
    return RUN != null;
  }

  /**
   * Starts a program; blocks until the child has become it, or failed.
   *
   * @param order its address; not of a thread, as threads do this for others
   * @return a process id, also of a child that failed, or a negative error number
   */
  static int run(long order) {
    return (int) RUN.plain(order);
  }

  /** Null where the kernel has not all calls, or another processor is at work. */
  private static CFunction load() {
    if (!System.getProperty("os.arch").equals("amd64")
        || !System.getProperty("os.name").equals("Linux")
        || Libc.system(CLONE3, 0, 0) != -EINVAL
        || Libc.system(CLOSE_RANGE, NO_FILE, NO_FILE) != 0) {
      return null;
    }
    byte[] code = Launcher.code(LISTING);
    long address = Libc.system(MMAP, 0, code.length, READ_WRITE, PRIVATE_ANONYMOUS, -1);
    if (address < 0) {
      return null;
    }
    MemorySegment.copy(
        code, 0, Libc.memory(address, code.length), ValueLayout.JAVA_BYTE, 0, code.length);
    return Libc.system(MPROTECT, address, code.length, READ_EXECUTE, 0, 0) == 0
        ? CFunction.at(address)
        : null;
  }
}
