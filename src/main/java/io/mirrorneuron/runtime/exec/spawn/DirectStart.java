package io.mirrorneuron.runtime.exec.spawn;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
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
}
