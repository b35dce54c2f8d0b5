package io.mirrorneuron.runtime.exec.process;

import io.mirrorneuron.runtime.exec.process.ProcessLimits.ExceededLimit;
import io.mirrorneuron.runtime.exec.process.ProcessMeter.Marks;
import io.mirrorneuron.runtime.exec.process.ProcessMeter.Reading;
import io.mirrorneuron.runtime.exec.spawn.ProcessTable;
import io.mirrorneuron.runtime.exec.spawn.SharedMemory;
import io.mirrorneuron.runtime.exec.spawn.SharedMemory.Segment;
import io.mirrorneuron.runtime.exec.spawn.Spawner;
import io.mirrorneuron.runtime.exec.workspace.Workspaces.NotStarted;
import io.mirrorneuron.runtime.workflow.AgentSettings.ProgramLimit;
import io.mirrorneuron.runtime.workflow.AgentSettings.ProgramLimit.Enforcement;
import java.io.IOException;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Enforces the limits of a node on all processes of its program together: by a control group where
 * available, else by polling the processes. Thread-safe.
 */
public final class TreeBounds implements AutoCloseable {
  private final ControlGroups groups;
  private final TreeGuard guard;
  private final ProcessTable processes;
  private final SharedMemory shared = new SharedMemory();
  private final boolean isSeen;

  public TreeBounds(ControlGroups groups, ProcessMeter meter, ProcessTable processes) {
    this.groups = groups;
    this.guard = new TreeGuard(meter);
    this.processes = processes;
    this.isSeen = !processes.pids().isEmpty();
  }

  public Enforcement enforcement(ProgramLimit limit) {
    if (groups.kept().contains(limit)) {
      return Enforcement.CGROUP;
    }
    boolean isLookedAt = isSeen && isCountable(limit);
    return isLookedAt || !limit.isOfTree() ? Enforcement.PROCESS : Enforcement.NONE;
  }

  private static boolean isCountable(ProgramLimit limit) {
    return limit == ProgramLimit.MEMORY_MB || limit == ProgramLimit.PROCESSES;
  }

  /**
   * Prepares the enforcement for a program before it starts.
   *
   * @param limits of its node
   */
  public Bound around(String executionId, Map<ProgramLimit, Long> limits) throws NotStarted {
    Map<ProgramLimit, Long> grouped = new EnumMap<>(ProgramLimit.class);
    Map<ProgramLimit, Long> seen = new EnumMap<>(ProgramLimit.class);
    limits.forEach(
        (limit, value) -> {
          if (groups.kept().contains(limit)) {
            grouped.put(limit, value);
          } else if (isCountable(limit)) {
            seen.put(limit, value);
          }
        });
    try {
      return new Bound(executionId, grouped.isEmpty() ? null : groups.make(grouped), seen);
    } catch (IOException e) {
      throw NotStarted.here("no control group could be made: " + e.getMessage(), e);
    }
  }

  @Override
  public void close() {
    guard.close();
  }

  /** The limits of one program. */
  public final class Bound implements AutoCloseable {
    private final String executionId;
    private final ControlGroups.Group group;
    private final Map<ProgramLimit, Long> seen;
    private final ProgramMemory memory = new ProgramMemory(processes, shared);
    private Spawner.Child program;
    private TreeGuard.Watch watch;

    private Bound(String executionId, ControlGroups.Group group, Map<ProgramLimit, Long> seen) {
      this.executionId = executionId;
      this.group = group;
      this.seen = seen;
    }

    /** File by which the program enters its control group; null for none. */
    public Path entrance() {
      return group == null ? null : group.entrance();
    }

    /**
     * To be called when the program runs; from now on {@code inbox} gets {@link Notice.Exceeded}.
     */
    public void begin(Spawner.Child child, Notice.Inbox inbox) {
      program = child;
      if (!seen.isEmpty()) {
        var marks =
            new Marks(ProcessEnvironment.EXECUTION_ID + "=" + executionId, child::isAncestorOf);
        watch =
            guard.watch(
                child.pid(), marks, seen, memory, excess -> inbox.put(new Notice.Exceeded(excess)));
      }
    }

    /** The limit that the kernel enforced on a program that failed by itself. */
    public Optional<ExceededLimit> excess(int exitCode) {
      return group == null ? Optional.empty() : group.excess(exitCode);
    }

    /** To be called when no process of the program is left. */
    @Override
    public void close() {
      if (watch != null) {
        watch.close();
      }
      if (program != null) {
        memory.end(program.pid());
      }
      if (group != null) {
        group.close();
      }
    }
  }

  /**
   * Polls whether programs exceed their limits of memory or processes. One look serves all
   * programs. It takes at most a twentieth of one processor, and nothing while no program has such
   * a limit.
   */
  private static final class TreeGuard implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(TreeGuard.class);

    /** After a start, and for a second look at a suspicious reading. */
    private static final long SOON = TimeUnit.MILLISECONDS.toNanos(10);

    private static final long OFTEN = TimeUnit.MILLISECONDS.toNanos(50);
    private static final long SELDOM = TimeUnit.SECONDS.toNanos(1);

    /** Pause until the next look, as a multiple of the duration of the last one. */
    private static final int REST = 20;

    private final ProcessMeter meter;
    private final ScheduledExecutorService timer =
        new ScheduledThreadPoolExecutor(
            1,
            Thread.ofPlatform().daemon().name("mn-limit-guard").factory(),
            new ThreadPoolExecutor.DiscardPolicy()); // rejects looks after the shutdown
    private final AtomicBoolean awake = new AtomicBoolean();
    private final Set<Watch> watches = ConcurrentHashMap.newKeySet();

    TreeGuard(ProcessMeter meter) {
      this.meter = meter;
    }

    /**
     * Watches a program that has just been started.
     *
     * @param limits of memory, processes, or both
     * @param onExcess called once, from another thread, when a limit is exceeded
     */
    Watch watch(
        int pid,
        Marks marks,
        Map<ProgramLimit, Long> limits,
        ProgramMemory memory,
        Consumer<ExceededLimit> onExcess) {
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
      awake.set(false); // before the look: a watch added from now on wakes the timer again
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

    final class Watch implements AutoCloseable {
      private final int pid;
      private final Marks marks;
      private final Map<ProgramLimit, Long> limits;
      private final ProgramMemory memory;
      private final Consumer<ExceededLimit> onExcess;
      private boolean wasOver; // timer thread only

      private Watch(
          int pid,
          Marks marks,
          Map<ProgramLimit, Long> limits,
          ProgramMemory memory,
          Consumer<ExceededLimit> onExcess) {
        this.pid = pid;
        this.marks = marks;
        this.limits = limits;
        this.memory = memory;
        this.onExcess = onExcess;
      }

      /** Returns whether a second look is needed soon. */
      private boolean judge(Reading reading) {
        Long tasks = limits.get(ProgramLimit.PROCESSES);
        if (tasks != null && reading.tasks() > tasks) {
          tell(ExceededLimit.ofProcesses(reading.tasks(), tasks));
          return false;
        }
        Long megabytes = limits.get(ProgramLimit.MEMORY_MB);
        if (megabytes == null) {
          return false;
        }
        long bytes = memory.bytes(reading, megabytes << 20);
        boolean isOver = bytes > megabytes << 20;
        // Between fork and exec a child shares its parent's memory for a moment.
        if (isOver && wasOver) {
          tell(ExceededLimit.ofMemory(bytes, megabytes));
          return false;
        }
        wasOver = isOver;
        return isOver;
      }

      private void tell(ExceededLimit excess) {
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

  /**
   * The memory of one program and its children: mapped pages, open files in memory, and the System
   * V segments that they have made, which are removed with the program.
   */
  private static final class ProgramMemory {
    /** Open files of one program that are examined. */
    private static final int MOST_FILES = 10_000;

    private final ProcessTable processes;
    private final SharedMemory shared;
    private final Set<Integer> before;
    private final Set<Integer> made = new HashSet<>();

    /** To be called before the program starts: existing segments do not belong to it. */
    ProgramMemory(ProcessTable processes, SharedMemory shared) {
      this.processes = processes;
      this.shared = shared;
      this.before = shared.segments().stream().map(Segment::id).collect(Collectors.toSet());
    }

    /**
     * Bytes in use; exact only when they may exceed {@code allowed}.
     *
     * @return at most {@code allowed} when they do not exceed it
     */
    long bytes(Reading reading, long allowed) {
      Map<String, Long> held = new HashMap<>();
      for (Segment segment : ownSegments(Set.copyOf(reading.pids()))) {
        held.put(segment.name(), segment.bytes());
      }
      if (reading.residentBytes() + shared.bytesOfMachine() <= allowed) {
        return 0; // cheap, and mostly sufficient
      }
      int left = MOST_FILES;
      for (int pid : reading.pids()) {
        left -= shared.addFiles(pid, left, held);
      }
      long heldBytes = held.values().stream().mapToLong(Long::longValue).sum();
      if (reading.residentBytes() + heldBytes <= allowed) {
        return 0;
      }
      return heldBytes + mapped(reading.pids(), held.keySet());
    }

    /** Counts shared pages once, and without the files and segments in {@code held}. Expensive. */
    private long mapped(List<Integer> pids, Set<String> held) {
      return pids.stream()
          .mapToLong(
              pid ->
                  held.isEmpty()
                      ? processes.proportionalBytes(pid)
                      : shared.proportionalBytes(pid, held))
          .sum();
    }

    /** Segments whose makers are among the processes now, or were at an earlier look. */
    private synchronized List<Segment> ownSegments(Set<Integer> pids) {
      List<Segment> own =
          shared.segments().stream()
              .filter(segment -> !before.contains(segment.id()))
              .filter(segment -> made.contains(segment.id()) || pids.contains(segment.creator()))
              .toList();
      own.forEach(segment -> made.add(segment.id()));
      return own;
    }

    /**
     * Removes the segments that the program leaves.
     *
     * @param pid of the program itself
     */
    void end(int pid) {
      ownSegments(Set.of(pid)).forEach(shared::remove);
    }
  }
}
