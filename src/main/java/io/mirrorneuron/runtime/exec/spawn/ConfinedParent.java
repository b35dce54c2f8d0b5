package io.mirrorneuron.runtime.exec.spawn;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
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
}
