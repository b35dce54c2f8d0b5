package io.mirrorneuron.redis;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** The operating system's view of servers that run with one configuration file. */
final class RedisDaemon {
  private static final long SECONDS_TO_STOP = 10;
  private static final long POLL_MILLIS = 3;

  private final Path configuration;

  RedisDaemon(Path configuration) {
    this.configuration = configuration;
  }

  /**
   * Whether the process is (still) a server of this folder: process ids are used again, and one
   * that has ended but was not collected by its parent has no arguments.
   */
  boolean isRunning(long pid) {
    return ProcessHandle.of(pid)
        .flatMap(process -> process.info().arguments())
        .filter(arguments -> List.of(arguments).contains(configuration.toString()))
        .isPresent();
  }

  /**
   * Ends a server that no longer answers, with SIGTERM and, ten seconds later, SIGKILL: two servers
   * on the same files would ruin them.
   */
  void end(long server) {
    if (isRunning(server)) {
      ProcessHandle.of(server).ifPresent(ProcessHandle::destroy);
      if (!awaitGone(server)) {
        ProcessHandle.of(server).ifPresent(ProcessHandle::destroyForcibly);
        awaitGone(server);
      }
    }
  }

  /** Answers whether the server has ended within the time that it has for it. */
  boolean awaitGone(long server) {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS_TO_STOP);
    CompletableFuture<Void> never = new CompletableFuture<>();
    while (isRunning(server)) {
      if (System.nanoTime() > deadline) {
        return false;
      }
      isDoneWithin(never, POLL_MILLIS);
    }
    return true;
  }

  /** Waits for the future, no longer than so; true also when it failed or we are interrupted. */
  static boolean isDoneWithin(CompletableFuture<?> future, long millis) {
    try {
      future.get(millis, TimeUnit.MILLISECONDS);
      return true;
    } catch (TimeoutException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return true;
    } catch (ExecutionException e) {
      return true;
    }
  }
}
