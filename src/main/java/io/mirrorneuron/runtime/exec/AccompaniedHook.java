package io.mirrorneuron.runtime.exec;

import io.mirrorneuron.port.HookPrograms.Hook;
import io.mirrorneuron.runtime.exec.process.Notice;
import io.mirrorneuron.runtime.exec.process.PreparationScripts;
import io.mirrorneuron.runtime.exec.process.PrintedBeacons;
import io.mirrorneuron.runtime.exec.process.Supervision;
import io.mirrorneuron.runtime.exec.process.Supervision.GracePeriods;
import io.mirrorneuron.runtime.exec.process.TimeLimit.Deadline;
import io.mirrorneuron.runtime.exec.spawn.Spawner;
import io.mirrorneuron.runtime.exec.workspace.ExecutorSettings;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** A running hook, with the thread that ends its remaining processes. Thread-safe. */
final class AccompaniedHook implements Hook {
  private static final ExecutorSettings.Beacons NO_BEACONS =
      new ExecutorSettings.Beacons(false, false, Duration.ZERO, Duration.ZERO);

  private final String id;
  private final PreparationScripts scripts;
  private final Duration grace;
  private final Notice.Inbox inbox = new Notice.Inbox();
  private final CountDownLatch exited = new CountDownLatch(1);
  private final CompletableFuture<Integer> end = new CompletableFuture<>();
  private volatile long pid;

  /**
   * @param grace from TERM to KILL
   */
  AccompaniedHook(String id, PreparationScripts scripts, Duration grace) {
    this.id = id;
    this.scripts = scripts;
    this.grace = grace;
  }

  Notice.Inbox inbox() {
    return inbox;
  }

  /**
   * @param stays called when the program has ended by itself
   * @param atEnd called when none of its processes is left
   */
  void accompany(Spawner.Child child, BooleanSupplier stays, Runnable atEnd) {
    pid = child.pid();
    Thread.ofVirtual()
        .name("mn-" + id)
        .start(
            () -> {
              int code = -1;
              try {
                code = toEnd(child, stays);
              } finally {
                exited.countDown();
                atEnd.run();
                end.complete(code);
              }
            });
  }

  private int toEnd(Spawner.Child child, BooleanSupplier stays) {
    var nobody =
        new Supervision.Listeners(
            new PrintedBeacons(inbox, 1, System::nanoTime), _ -> {}, () -> {});
    var periods = new GracePeriods(grace, scripts.grace().stragglers());
    try (var supervision =
        new Supervision(id, child, inbox, periods, scripts.processes(), nobody)) {
      boolean byItself = supervision.watch(Deadline.NEVER, NO_BEACONS, () -> {}) == null;
      exited.countDown();
      boolean lastsOn = byItself && stays.getAsBoolean() && child.isGroupAlive();
      if (lastsOn) {
        awaitStop();
      }
      return supervision.finish(byItself && !lastsOn).exitCode();
    }
  }

  /** Other notices are handled by the supervision, which continues after that. */
  private void awaitStop() {
    boolean isDrained = false;
    while (true) {
      Notice notice = inbox.await(Deadline.NEVER);
      isDrained |= notice instanceof Notice.Drained;
      if (notice instanceof Notice.Stop) {
        if (isDrained) {
          inbox.put(new Notice.Drained());
        }
        return;
      }
    }
  }

  @Override
  public long pid() {
    return pid;
  }

  @Override
  public boolean awaitExit(Duration time) {
    try {
      return exited.await(time.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return true;
    }
  }

  @Override
  public int stop() {
    inbox.put(new Notice.Stop(false));
    return end.join();
  }
}
