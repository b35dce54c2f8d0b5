package io.mirrorneuron.runtime.exec.spawn;

import java.io.IOException;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.LinkedBlockingQueue;

/**
 * A thread that has given up for ever what no program may have. Threads that it starts begin with
 * the same, so that this is paid for once and not with each program.
 */
final class ConfinedParent {
  private static final BlockingQueue<Runnable> STARTS = new LinkedBlockingQueue<>();
  private static final CompletableFuture<Void> READY = new CompletableFuture<>();

  static {
    thread("mn-confined-parent", ConfinedParent::run).start();
  }

  private ConfinedParent() {}

  private static void run() {
    try {
      Privileges.giveUp();
      CallFilter.install();
      READY.complete(null);
    } catch (IOException | RuntimeException | Error e) {
      READY.completeExceptionally(e);
      return;
    }
    while (true) {
      try {
        STARTS.take().run();
      } catch (InterruptedException e) {
        // Nobody knows this thread.
      }
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
    STARTS.add(
        () -> {
          try {
            thread("mn-confined-start", () -> complete(result, task)).start();
          } catch (Throwable e) { // above all that there is no room for another thread
            result.completeExceptionally(e);
          }
        });
    return result;
  }

  private static void complete(CompletableFuture<Integer> result, Domain.Start task) {
    try {
      result.complete(task.run());
    } catch (Throwable e) {
      result.completeExceptionally(e);
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
