package io.mirrorneuron.runtime.exec;

import io.mirrorneuron.config.Config;
import io.mirrorneuron.config.HelperProcessMark;
import io.mirrorneuron.runtime.exec.process.ProcessEnvironment;
import io.mirrorneuron.runtime.exec.process.TimeLimit.Deadline;
import io.mirrorneuron.runtime.exec.spawn.Adoption;
import io.mirrorneuron.runtime.exec.spawn.ForkChase;
import io.mirrorneuron.runtime.exec.spawn.LimitMark;
import io.mirrorneuron.runtime.exec.spawn.ProcessTable;
import io.mirrorneuron.runtime.exec.workspace.FolderTree;
import io.mirrorneuron.runtime.exec.workspace.Workspaces;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntPredicate;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Processes of a runtime that belong to no execution: left by a killed server, or escaped from a
 * running one. They are recognised by an inherited limit, by two variables of their environment, or
 * because the kernel reparented them to this process. The first mark is harder to remove, so it
 * takes precedence.
 */
public final class Orphans {
  private static final Logger LOG = LoggerFactory.getLogger(Orphans.class);
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  /**
   * Orphans collected since the last look above which processes are assumed to fork on purpose:
   * ordinary programs leave fewer.
   */
  private static final int MANY = 32;

  private final ProcessTable processes;
  private final LimitMark limit;
  private final String variable;

  Orphans(ProcessTable processes, String runtimeId) {
    this.processes = processes;
    this.limit = new LimitMark(runtimeId);
    this.variable = ProcessEnvironment.RUNTIME_ID + "=" + runtimeId;
  }

  /**
   * Kills all processes that an earlier server of this runtime left, waits until they are gone, and
   * deletes their workspaces. Blocking. To be called before the first execution, by the only server
   * that owns the runtime's data.
   */
  public static void killAll(Config.Executors config, String runtimeId) {
    Orphans orphans = new Orphans(new ProcessTable(), runtimeId);
    orphans.chase(_ -> false);
    int count = orphans.killExcept(_ -> false, _ -> false);
    if (count > 0) {
      LOG.info("ended {} processes that an earlier server left", count);
    }
    FolderTree.delete(Workspaces.folder(config.tempDir(), runtimeId));
  }

  /**
   * Kills processes of this runtime until none is left. Blocking.
   *
   * @param isActive whether the execution with this id is running; its processes are left alone
   * @param isRunning the same for a program, by the number of its start
   * @return how many processes were found at first
   */
  int killExcept(Predicate<String> isActive, IntPredicate isRunning) {
    if (Adoption.collected() > MANY) {
      chase(isRunning);
    }
    Deadline deadline = Deadline.in(PATIENCE);
    int first = -1;
    while (true) {
      List<ProcessTable.Entry> alive = find(isActive, isRunning);
      first = first < 0 ? alive.size() : first;
      if (alive.isEmpty()) {
        if (first > 0) {
          Adoption.orphans(processes); // collects the killed processes
        }
        return first;
      }
      if (deadline.isPast()) {
        LOG.error("processes {} do not die", alive);
        return first;
      }
      processes.kill(alive);
      LockSupport.parkNanos(Duration.ofMillis(5).toNanos());
    }
  }

  private void chase(IntPredicate isRunning) {
    ForkChase.run(
        pid -> {
          int start = limit.startOf(pid);
          return start != 0 && !isRunning.test(start);
        });
  }

  private List<ProcessTable.Entry> find(Predicate<String> isActive, IntPredicate isRunning) {
    Set<Integer> adopted = Adoption.orphans(processes);
    return processes.where(
        (pid, environment) -> {
          int start = limit.startOf(pid);
          if (start != 0) {
            return !isRunning.test(start);
          }
          if (ProcessTable.holds(environment, variable)) {
            return !isActive.test(execution(environment));
          }
          return adopted.contains(pid) && !HelperProcessMark.isIn(environment);
        });
  }

  private static String execution(String environment) {
    String name = '\0' + ProcessEnvironment.EXECUTION_ID + "=";
    int start = ('\0' + environment).indexOf(name);
    if (start < 0) {
      return "";
    }
    int value = start + name.length() - 1;
    int end = environment.indexOf('\0', value);
    return environment.substring(value, end < 0 ? environment.length() : end);
  }
}
