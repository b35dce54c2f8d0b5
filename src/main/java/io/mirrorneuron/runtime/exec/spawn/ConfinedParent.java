package io.mirrorneuron.runtime.exec.spawn;

import java.io.IOException;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;

/**
 * The thread that starts confined programs. It has given up for ever what no program may have, so
 * that this is paid for once and not with each program.
 *
 * <p>Nothing else may ever be started by it. To wake a virtual thread may start another carrier,
 * which would then have given up the same, and with it whatever it carries: so it shares no lock
 * with others, and closes a pipe to say that it is done.
 */
final class ConfinedParent {
  private static final Queue<Runnable> TASKS = new ConcurrentLinkedQueue<>();

  private static final Thread THREAD =
      Thread.ofPlatform()
          .daemon()
          .name("mn-confined-parent")
          .inheritInheritableThreadLocals(false)
          .unstarted(ConfinedParent::work);

  /** Why it has not given up what it must; only it asks. */
  private static Throwable refusal;

  static {
    THREAD.start();
  }

  private ConfinedParent() {}

  /** Starts a program, its end of the pipe with it. */
  @FunctionalInterface
  interface Start {
    /**
     * @param report the end to write to
     */
    int run(int report) throws IOException;
  }

  private static void work() {
    refusal = giveUp();
    while (true) {
      Runnable task = TASKS.poll();
      if (task == null) {
        LockSupport.park(TASKS);
      } else {
        task.run();
      }
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

  /** What came of a start; written before the pipe is closed, read after. */
  private static final class Outcome {
    volatile int pid;
    volatile Throwable failure;
  }

  /**
   * Starts a program by the {@link Launcher}; blocks, however long, as what was started must be
   * known.
   *
   * @return its process id, or a negative error number
   * @throws IOException when what must be given up cannot be
   */
  static int start(Start start) throws IOException {
    int[] report = Libc.pipe();
    try {
      int end = Launcher.aside(report[1]);
      var outcome = new Outcome();
      TASKS.add(() -> tell(outcome, start, end));
      LockSupport.unpark(THREAD);
      int error = Launcher.report(report[0]);
      if (outcome.failure != null) {
        throw new IOException(outcome.failure.getMessage(), outcome.failure);
      }
      if (error != 0) {
        Libc.await(outcome.pid);
        return -error;
      }
      return outcome.pid;
    } finally {
      Libc.close(report[0]);
    }
  }

  private static void tell(Outcome outcome, Start start, int report) {
    try {
      if (refusal != null) {
        throw refusal;
      }
      outcome.pid = start.run(report);
    } catch (Throwable e) {
      outcome.failure = e;
    } finally {
      Libc.close(report);
    }
  }
}
