package io.mirrorneuron.runtime.exec.bound;

import io.mirrorneuron.runtime.exec.meter.ProcessMeter;
import io.mirrorneuron.runtime.exec.meter.ProcessMeter.Marks;
import io.mirrorneuron.runtime.exec.process.Excess;
import io.mirrorneuron.runtime.exec.process.Notice;
import io.mirrorneuron.runtime.exec.process.ProcessEnvironment;
import io.mirrorneuron.runtime.exec.spawn.ProcessTable;
import io.mirrorneuron.runtime.exec.spawn.SharedMemory;
import io.mirrorneuron.runtime.exec.spawn.Spawner;
import io.mirrorneuron.runtime.exec.workspace.NotStarted;
import io.mirrorneuron.runtime.workflow.ProgramLimit;
import io.mirrorneuron.runtime.workflow.ProgramLimit.Enforcement;
import java.io.IOException;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;

/**
 * Keeps the processes of each program together to the limits of their node: by a control group
 * where there are such, else by looking at them. Thread-safe.
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

  /** How programs are kept to a limit here. */
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
   * Makes ready what keeps a program that is not started yet.
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

  /** What keeps one program. */
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

    /** What the program enters first; null for nothing. */
    public Path entrance() {
      return group == null ? null : group.entrance();
    }

    /** The program runs; from now on {@code inbox} is told when it has too much. */
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

    /** What the kernel kept a program from that failed by itself. */
    public Optional<Excess> excess(int exitCode) {
      return group == null ? Optional.empty() : group.excess(exitCode);
    }

    /** Once nothing of the program is left. */
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
}
