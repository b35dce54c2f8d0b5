package io.mirrorneuron.runtime.exec.bound;

import io.mirrorneuron.runtime.exec.meter.ProcessMeter;
import io.mirrorneuron.runtime.exec.meter.ProcessMeter.Marks;
import io.mirrorneuron.runtime.exec.meter.ProcessMeter.Reading;
import io.mirrorneuron.runtime.exec.process.Excess;
import io.mirrorneuron.runtime.workflow.ProgramLimit;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks again and again whether programs have more memory, or more processes, than they may. One
 * look serves all of them. It takes at most a twentieth of one processor, and nothing while no
 * program has such a limit.
 */
final class TreeGuard implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(TreeGuard.class);

  /** After a start, and where something has to be looked at twice. */
  private static final long SOON = TimeUnit.MILLISECONDS.toNanos(10);

  private static final long OFTEN = TimeUnit.MILLISECONDS.toNanos(50);
  private static final long SELDOM = TimeUnit.SECONDS.toNanos(1);

  /** So many times as long as a look took passes until the next one. */
  private static final int REST = 20;

  private final ProcessMeter meter;
  private final ScheduledExecutorService timer =
      new ScheduledThreadPoolExecutor(
          1,
          Thread.ofPlatform().daemon().name("mn-limit-guard").factory(),
          new ThreadPoolExecutor.DiscardPolicy()); // what comes after the end
  private final AtomicBoolean awake = new AtomicBoolean();
  private final Set<Watch> watches = ConcurrentHashMap.newKeySet();

  TreeGuard(ProcessMeter meter) {
    this.meter = meter;
  }

  /**
   * Follows a program that has just been started.
   *
   * @param limits of memory, processes, or both
   * @param memory its own
   * @param onExcess told once, from another thread, when it has too much
   */
  Watch watch(
      int pid,
      Marks marks,
      Map<ProgramLimit, Long> limits,
      ProgramMemory memory,
      Consumer<Excess> onExcess) {
    var watch = new Watch(pid, marks, Map.copyOf(limits), memory, onExcess);
    watches.add(watch);
    wake(SOON);
    return watch;
  }

  @Override
  public void close() {
    timer.shutdown();
  }

  private void wake(long pause) {
    if (awake.compareAndSet(false, true)) {
      timer.schedule(this::look, pause, TimeUnit.NANOSECONDS);
    }
  }

  private void look() {
    awake.set(false); // before looking: what comes from now on wakes again
    long begun = System.nanoTime();
    boolean isUnsure = false;
    try {
      List<Watch> present = List.copyOf(watches);
      Map<Integer, Marks> programs = new HashMap<>();
      present.forEach(watch -> programs.put(watch.pid, watch.marks));
      Map<Integer, Reading> readings = programs.isEmpty() ? Map.of() : meter.read(programs);
      for (Watch watch : present) {
        isUnsure |= watch.judge(readings.get(watch.pid));
      }
    } catch (RuntimeException e) {
      LOG.warn("the limits of programs could not be looked after", e);
    }
    if (!watches.isEmpty()) {
      long rest = Math.clamp((System.nanoTime() - begun) * REST, OFTEN, SELDOM);
      wake(isUnsure ? SOON : rest);
    }
  }

  /** One program. */
  final class Watch implements AutoCloseable {
    private final int pid;
    private final Marks marks;
    private final Map<ProgramLimit, Long> limits;
    private final ProgramMemory memory;
    private final Consumer<Excess> onExcess;
    private boolean wasOver; // of the timer's thread

    private Watch(
        int pid,
        Marks marks,
        Map<ProgramLimit, Long> limits,
        ProgramMemory memory,
        Consumer<Excess> onExcess) {
      this.pid = pid;
      this.marks = marks;
      this.limits = limits;
      this.memory = memory;
      this.onExcess = onExcess;
    }

    /** Whether it has to be looked at again soon. */
    private boolean judge(Reading reading) {
      Long tasks = limits.get(ProgramLimit.PROCESSES);
      if (tasks != null && reading.tasks() > tasks) {
        tell(Excess.ofProcesses(reading.tasks(), tasks));
        return false;
      }
      Long megabytes = limits.get(ProgramLimit.MEMORY_MB);
      if (megabytes == null) {
        return false;
      }
      long bytes = memory.bytes(reading, megabytes << 20);
      boolean isOver = bytes > megabytes << 20;
      // A child that is about to become another program has its parent's memory for a moment.
      if (isOver && wasOver) {
        tell(Excess.ofMemory(bytes, megabytes));
        return false;
      }
      wasOver = isOver;
      return isOver;
    }

    private void tell(Excess excess) {
      if (watches.remove(this)) {
        onExcess.accept(excess);
      }
    }

    @Override
    public void close() {
      watches.remove(this);
    }
  }
}
