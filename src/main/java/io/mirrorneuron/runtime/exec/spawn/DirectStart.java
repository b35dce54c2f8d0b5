package io.mirrorneuron.runtime.exec.spawn;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.mirrorneuron.runtime.exec.spawn.Spawner.ChildStart;
import io.mirrorneuron.untrusted.CFunction;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * The start of a program by {@link StartCode}: one process and one {@code execve} each, in its
 * Landlock domain and its limits from its first instruction, without a shell and without a helper.
 * For programs of no control group.
 */
final class DirectStart implements AutoCloseable {
  /** Flags of {@code clone3}: as {@code vfork}, with a handle, without handlers of signals. */
  private static final long FLAGS = 0x100 | 0x4000 | 0x1000 | 0x1_0000_0000L;

  private static final int SIGCHLD = 17;

  /** Of the arguments of {@code clone3}, which an order begins with. */
  private static final int HANDLE = 8;

  private static final int EXIT_SIGNAL = 32;

  /** A descriptor has four bytes. */
  private static final int HANDLE_NUMBER = 16;

  private static final int NO_RULESET = -1;

  /** Those that this process ignores, as whoever started it wanted; its programs do not. */
  private static final long IGNORED = ignored();

  private final Arena arena = Arena.ofConfined();
  private final Program program;
  private final int out;
  private final int err;
  private final int ruleset;
  private final MemorySegment order;

  private DirectStart(Program program, int out, int err, int ruleset) {
    this.program = program;
    this.out = out;
    this.err = err;
    this.ruleset = ruleset;
    this.order = order(arena, program);
  }

  static boolean isAvailable() {
    return StartCode.isAvailable();
  }

  /**
   * Makes ready what needs no turn.
   *
   * @param out what it writes to
   * @param err the same for errors
   */
  static DirectStart ready(Program program, int out, int err) throws IOException {
    boolean isFree = program.domain() == Domain.NONE;
    var ready =
        new DirectStart(program, out, err, isFree ? NO_RULESET : program.domain().ruleset());
    ready.order.set(JAVA_LONG, StartCode.OUT, out);
    ready.order.set(JAVA_LONG, StartCode.ERR, err);
    ready.order.set(JAVA_LONG, StartCode.RULESET, ready.ruleset);
    return ready;
  }

  /** Starts it, once. Not while another thread starts one. */
  ChildStart.Started run() throws IOException {
    ChildStart.Started started = attempt();
    if (started.pid() == -Libc.ENOEXEC) {
      try (DirectStart shell = ready(program.throughShell(), out, err)) {
        started = shell.attempt();
      }
    }
    if (started.pid() < 0) {
      throw Libc.failure(program.arguments().getFirst() + " cannot be started", -started.pid());
    }
    return started;
  }

  /** A negative error number stands for the process id when it failed. */
  private ChildStart.Started attempt() throws IOException {
    long address = order.address();
    int pid =
        ruleset == NO_RULESET
            ? StartCode.run(address)
            : ConfinedParent.call(() -> StartCode.run(address));
    return started(order, pid);
  }

  @Override
  public void close() {
    arena.close();
    if (ruleset != NO_RULESET) {
      Libc.close(ruleset);
    }
  }

  private static ChildStart.Started started(MemorySegment order, int pid) {
    if (pid < 0) {
      return new ChildStart.Started(pid, -1);
    }
    int handle = order.get(JAVA_INT, HANDLE_NUMBER);
    int error = (int) order.get(JAVA_LONG, StartCode.ERROR);
    if (error < 0) {
      Libc.close(handle);
      Libc.await(pid);
      return new ChildStart.Started(error, -1);
    }
    return new ChildStart.Started(pid, handle);
  }

  /** All that is known before anything is opened. */
  private static MemorySegment order(Arena arena, Program program) {
    List<Program.Limit> limits = program.limits();
    List<String> arguments = program.arguments();
    int vectors = StartCode.FIRST_LIMIT + limits.size() * StartCode.LIMIT_BYTES;
    int words = vectors + (arguments.size() + program.environment().size() + 2) * Long.BYTES;
    var texts = new Texts();
    int path = texts.add(program.executable().toString());
    int folder = texts.add(program.workingFolder().toString());
    int nothing = texts.add("/dev/null");
    int[] argument = new int[arguments.size()];
    for (int i = 0; i < argument.length; i++) {
      argument[i] = texts.add(arguments.get(i));
    }
    int[] variable = new int[program.environment().size()];
    int count = 0;
    for (Map.Entry<String, String> entry : program.environment().entrySet()) {
      variable[count++] = texts.add(entry.getKey(), entry.getValue());
    }
    MemorySegment order = arena.allocate(words + texts.size, Long.BYTES);
    MemorySegment.copy(texts.bytes, 0, order, JAVA_BYTE, words, texts.size);
    long text = order.address() + words;
    order.set(JAVA_LONG, 0, FLAGS);
    order.set(JAVA_LONG, HANDLE, order.address() + HANDLE_NUMBER);
    order.set(JAVA_LONG, EXIT_SIGNAL, SIGCHLD);
    order.set(JAVA_LONG, StartCode.ALL_SIGNALS, -1);
    order.set(JAVA_LONG, StartCode.IGNORED_SIGNALS, IGNORED);
    order.set(JAVA_LONG, StartCode.NOTHING, text + nothing);
    order.set(JAVA_LONG, StartCode.FOLDER, text + folder);
    order.set(JAVA_LONG, StartCode.PATH, text + path);
    order.set(JAVA_LONG, StartCode.ARGUMENTS, order.address() + vectors);
    int second = vector(order, vectors, argument, text);
    order.set(JAVA_LONG, StartCode.ENVIRONMENT, order.address() + second);
    vector(order, second, variable, text);
    limit(order, limits);
    return order;
  }

  /** Where the next one begins. */
  private static int vector(MemorySegment order, int place, int[] texts, long base) {
    int at = place;
    for (int text : texts) {
      order.set(JAVA_LONG, at, base + text);
      at += Long.BYTES;
    }
    return at + Long.BYTES; // a zero ends it
  }

  private static void limit(MemorySegment order, List<Program.Limit> limits) {
    order.set(JAVA_LONG, StartCode.LIMITS, limits.size());
    long at = StartCode.FIRST_LIMIT;
    for (Program.Limit limit : limits) {
      order.set(JAVA_LONG, at, limit.resource());
      order.set(JAVA_LONG, at + Long.BYTES, limit.soft());
      order.set(JAVA_LONG, at + 2 * Long.BYTES, limit.hard());
      at += StartCode.LIMIT_BYTES;
    }
  }

  /** Texts one after the other, each with a zero at its end. */
  private static final class Texts {
    private byte[] bytes = new byte[8 << 10];
    private int size;

    int add(String text) {
      int start = size;
      put(text);
      end((byte) 0);
      return start;
    }

    int add(String name, String value) {
      int start = size;
      put(name);
      end((byte) '=');
      put(value);
      end((byte) 0);
      return start;
    }

    private void put(String text) {
      byte[] more = text.getBytes(StandardCharsets.UTF_8);
      if (size + more.length + 1 > bytes.length) {
        bytes = Arrays.copyOf(bytes, Math.max(2 * bytes.length, size + more.length + 1));
      }
      System.arraycopy(more, 0, bytes, size, more.length);
      size += more.length;
    }

    private void end(byte with) {
      bytes[size++] = with; // there is room for one after each text
    }
  }

  private static long ignored() {
    try {
      for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
        if (line.startsWith("SigIgn:")) {
          return Long.parseUnsignedLong(line.substring(line.indexOf(':') + 1).strip(), 16);
        }
      }
    } catch (IOException e) {
      // None are known.
    }
    return 0;
  }

  /**
   * Some hundred instructions in the memory of this process that start a program. What the C
   * library does for that cannot enter a Landlock domain on the way, and costs sixty calls for
   * signals.
   *
   * <p>They are called with the address of an order, see {@link DirectStart}. The child shares the
   * memory of this process until it has become the program, and meanwhile its parent's thread
   * stands still: so it uses no stack, and tells by the order why it failed. It has no handler of a
   * signal of this process, and is sent none before it has become the program.
   */
  private static final class StartCode {
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
}
