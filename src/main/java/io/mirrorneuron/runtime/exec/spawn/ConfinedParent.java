package io.mirrorneuron.runtime.exec.spawn;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntSupplier;

/**
 * The thread that starts confined programs. It has given up for ever what no program may have, so
 * that this is paid for once and not with each program.
 *
 * <p>Nothing else may ever be started by it. To wake a virtual thread may start another carrier,
 * which would then have given up the same, and with it whatever it carries: so it shares no lock
 * with others, and waits and wakes by one word of memory that the kernel watches.
 */
final class ConfinedParent {
  /** What the word says. */
  private static final int ASKED = 1;

  private static final int DONE = 2;

  private static final long FUTEX = System.getProperty("os.arch").equals("amd64") ? 202 : 98;
  private static final long WAIT_PRIVATE = 128;
  private static final long WAKE_PRIVATE = 129;
  private static final VarHandle VALUE = JAVA_INT.varHandle();
  private static final MemorySegment WORD = Arena.global().allocate(JAVA_INT);

  // Written before the word, and read after it.
  private static IntSupplier asked;
  private static int answer;
  private static Throwable failure;

  static {
    Thread.ofPlatform()
        .daemon()
        .name("mn-confined-parent")
        .inheritInheritableThreadLocals(false)
        .start(ConfinedParent::work);
  }

  private ConfinedParent() {}

  private static void work() {
    Throwable refusal = giveUp();
    while (true) {
      for (int value = value(); value != ASKED; value = value()) {
        await(value);
      }
      failure = refusal;
      if (refusal == null) {
        answer();
      }
      tell(DONE);
    }
  }

  private static Throwable giveUp() {
    try {
      Privileges.giveUp();
      CallFilter.install();
      return null;
    } catch (IOException | RuntimeException | Error e) {
      return e;
    }
  }

  private static void answer() {
    try {
      answer = asked.getAsInt();
    } catch (RuntimeException | Error e) {
      failure = e;
    }
  }

  /**
   * Does it on that thread; blocks, however long, as what was started must be known. Callers hold
   * the lock of all starts, so that there is one at a time.
   *
   * @throws IOException when what must be given up cannot be
   */
  static int call(IntSupplier task) throws IOException {
    asked = task;
    tell(ASKED);
    while (value() == ASKED) {
      await(ASKED);
    }
    asked = null;
    if (failure != null) {
      throw new IOException(failure.getMessage(), failure);
    }
    return answer;
  }

  private static int value() {
    return (int) VALUE.getVolatile(WORD, 0L);
  }

  private static void tell(int value) {
    VALUE.setVolatile(WORD, 0L, value);
    Libc.system(FUTEX, WORD.address(), WAKE_PRIVATE, Integer.MAX_VALUE, 0, 0);
  }

  /** Returns at once when the word says something else. */
  private static void await(int value) {
    Libc.system(FUTEX, WORD.address(), WAIT_PRIVATE, value, 0, 0);
  }

  /**
   * Refuses a thread, and all that it starts, calls of Linux that Landlock does not know: to set
   * the limits or a priority of another process, as processes of one account may (a limit of CPU
   * time ends it), and to change the limit that {@link LimitMark} is. By {@code seccomp}; what is
   * refused fails with EPERM.
   */
  private static final class CallFilter {
    private static final int PR_SET_SECCOMP = 22;
    private static final int FILTER = 2;

    private static final int ALLOW = 0x7fff_0000;
    private static final int EPERM = 0x0005_0001;

    /** Of the instructions of the kernel's filters. */
    private static final int LOAD = 0x20;

    private static final int AND = 0x54;
    private static final int IF_EQUAL = 0x15;
    private static final int RETURN = 0x06;

    /** Places in what a filter sees; arguments have eight bytes, the lower four first. */
    private static final int NUMBER = 0;

    private static final int ARCHITECTURE = 4;
    private static final int FIRST = 16;
    private static final int SECOND = 24;
    private static final int THIRD = 32;

    /** Other numbers of the same calls, for programs of a third kind on this architecture. */
    private static final int WITHOUT_X32 = 0xbfff_ffff;

    private static final int REAL_TIME = 15;
    private static final int PRIORITY_OF_USER = 2;
    private static final int DISK_PRIORITY_OF_USER = 3;

    /**
     * Numbers of calls on one architecture.
     *
     * @param name as the kernel numbers it
     */
    private record Calls(int name, int prlimit, int setrlimit, int setpriority, int ioprioSet) {}

    /** 64 bits of Intel and Arm, and the 32 bits that they also run. */
    private static final List<Calls> KNOWN =
        List.of(
            new Calls(0xc000_003e, 302, 160, 141, 251),
            new Calls(0x4000_0003, 340, 75, 97, 289),
            new Calls(0xc000_00b7, 261, 164, 140, 30),
            new Calls(0x4000_0028, 369, 75, 97, 314));

    private static final MemorySegment PROGRAM = program(instructions());

    private CallFilter() {}

    private record Instruction(int code, int ifTrue, int ifFalse, int value) {}

    /** For this thread, for ever. New privileges must have been refused before. */
    static void install() throws IOException {
      if (!ProcessCalls.control(PR_SET_SECCOMP, FILTER, PROGRAM.address())) {
        throw new IOException("programs cannot be confined: the kernel filters no calls (seccomp)");
      }
    }

    private static List<Instruction> instructions() {
      List<Instruction> all = new ArrayList<>();
      for (Calls calls : KNOWN) {
        List<Instruction> checks = checks(calls);
        all.add(new Instruction(LOAD, 0, 0, ARCHITECTURE));
        all.add(new Instruction(IF_EQUAL, 0, checks.size(), calls.name));
        all.addAll(checks);
      }
      all.add(new Instruction(RETURN, 0, 0, ALLOW));
      return all;
    }

    /** Places of instructions in the checks of one architecture. */
    private static final int SETS = 7;

    private static final int OTHER_LIMITS = 11;
    private static final int PRIORITIES = 14;
    private static final int DISK_PRIORITIES = 19;
    private static final int REFUSED = 24;
    private static final int ALLOWED = 25;

    private static List<Instruction> checks(Calls calls) {
      List<Instruction> all = new ArrayList<>();
      load(all, NUMBER);
      all.add(new Instruction(AND, 0, 0, WITHOUT_X32));
      branch(all, calls.prlimit, 3, OTHER_LIMITS);
      load(all, THIRD); // new limits; null only reads
      branch(all, 0, 5, SETS);
      load(all, THIRD + 4);
      branch(all, 0, ALLOWED, SETS);
      load(all, FIRST); // 0 is the process itself
      branch(all, 0, 9, REFUSED);
      load(all, SECOND);
      branch(all, REAL_TIME, REFUSED, ALLOWED);
      branch(all, calls.setrlimit, 12, PRIORITIES);
      load(all, FIRST);
      branch(all, REAL_TIME, REFUSED, ALLOWED);
      branch(all, calls.setpriority, 15, DISK_PRIORITIES);
      load(all, FIRST);
      branch(all, PRIORITY_OF_USER, REFUSED, 17);
      load(all, SECOND); // 0 is the process itself, or its group
      branch(all, 0, ALLOWED, REFUSED);
      branch(all, calls.ioprioSet, 20, ALLOWED);
      load(all, FIRST);
      branch(all, DISK_PRIORITY_OF_USER, REFUSED, 22);
      load(all, SECOND);
      branch(all, 0, ALLOWED, REFUSED);
      all.add(new Instruction(RETURN, 0, 0, EPERM));
      all.add(new Instruction(RETURN, 0, 0, ALLOW));
      return all;
    }

    private static void load(List<Instruction> all, int place) {
      all.add(new Instruction(LOAD, 0, 0, place));
    }

    /** Goes on at one of two places, each farther on in the same checks. */
    private static void branch(List<Instruction> all, int value, int ifEqual, int ifNot) {
      int next = all.size() + 1;
      all.add(new Instruction(IF_EQUAL, ifEqual - next, ifNot - next, value));
    }

    private static MemorySegment program(List<Instruction> instructions) {
      Arena arena = Arena.global();
      MemorySegment texts = arena.allocate(8L * instructions.size(), 8);
      for (int i = 0; i < instructions.size(); i++) {
        Instruction one = instructions.get(i);
        int head = one.code | one.ifTrue << 16 | one.ifFalse << 24;
        texts.set(JAVA_INT, 8L * i, head);
        texts.set(JAVA_INT, 8L * i + 4, one.value);
      }
      MemorySegment program = arena.allocate(16, 8);
      program.set(JAVA_SHORT, 0, (short) instructions.size());
      program.set(ADDRESS, 8, texts);
      return program;
    }
  }
}
