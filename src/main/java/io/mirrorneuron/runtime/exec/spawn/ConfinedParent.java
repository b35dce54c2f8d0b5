package io.mirrorneuron.runtime.exec.spawn;

import java.io.IOException;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;

/**
 * A thread that has given up for ever what no program may have. Threads that it starts begin with
 * the same, so that this is paid for once and not with each program.
 *
 * <p>Nothing else may ever be started by such threads. To wake a virtual thread may start another
 * carrier, which would then be confined, and with it whatever it carries: so they share no lock
 * with others, and what comes of a start is told by a thread that has given up nothing.
 */
final class ConfinedParent {
  private static final Worker STARTS = new Worker("mn-confined-parent");
  private static final Worker RESULTS = new Worker("mn-start-results");
  private static final CompletableFuture<Void> READY = new CompletableFuture<>();

  static {
    RESULTS.open();
    STARTS.put(ConfinedParent::giveUp);
    STARTS.open();
  }

  private ConfinedParent() {}

  /** A platform thread whose tasks are handed over without a lock. */
  private static final class Worker {
    private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
    private final Thread thread;

    Worker(String name) {
      thread = thread(name, this::work);
    }

    void open() {
      thread.start();
    }

    void put(Runnable task) {
      tasks.add(task);
      LockSupport.unpark(thread);
    }

    private void work() {
      while (true) {
        Runnable task = tasks.poll();
        if (task == null) {
          LockSupport.park(this);
        } else {
          task.run();
        }
      }
    }
  }

  private static void giveUp() {
    try {
      Privileges.giveUp();
      CallFilter.install();
      RESULTS.put(() -> READY.complete(null));
    } catch (IOException | RuntimeException | Error e) {
      RESULTS.put(() -> READY.completeExceptionally(e));
    }
  }

  /**
   * Runs the task on a thread of its own, which has given up the same.
   *
   * @return what comes of it; fails with what it throws, or when the kernel makes no thread
   * @throws IOException when what must be given up cannot be
   */
  static CompletableFuture<Integer> start(Domain.Start task) throws IOException {
    try {
      READY.join();
    } catch (CompletionException e) {
      throw new IOException(e.getCause().getMessage(), e.getCause());
    }
    CompletableFuture<Integer> result = new CompletableFuture<>();
    STARTS.put(
        () -> {
          try {
            thread("mn-confined-start", () -> complete(result, task)).start();
          } catch (Throwable e) { // above all that there is no room for another thread
            RESULTS.put(() -> result.completeExceptionally(e));
          }
        });
    return result;
  }

  private static void complete(CompletableFuture<Integer> result, Domain.Start task) {
    try {
      int pid = task.run();
      RESULTS.put(() -> result.complete(pid));
    } catch (Throwable e) {
      RESULTS.put(() -> result.completeExceptionally(e));
    }
  }

  private static Thread thread(String name, Runnable work) {
    return Thread.ofPlatform()
        .daemon()
        .name(name)
        .inheritInheritableThreadLocals(false)
        .unstarted(work);
  }
}
