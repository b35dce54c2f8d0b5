package io.mirrorneuron.runtime.exec.process;

import io.mirrorneuron.runtime.exec.spawn.ProcessTable;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntPredicate;

/**
 * Measures the resources used by programs, including all their processes: those of their session,
 * descendants of these, and processes that only carry the mark. One look serves any number of
 * programs. Thread-safe.
 */
public final class ProcessMeter {
  /** Unit of the kernel's interface on every architecture, independent of its internal clock. */
  private static final long TICKS_PER_SECOND = 100;

  private final ProcessTable processes;

  public ProcessMeter(ProcessTable processes) {
    this.processes = processes;
  }

  /**
   * @param cpu in all, with that of ended children whose parent still lives
   * @param residentBytes of all processes; shared pages count for each
   * @param tasks threads of all processes
   * @param led whether the program itself is among the processes
   */
  public record Reading(
      Duration cpu, long residentBytes, List<Integer> pids, int tasks, boolean led) {
    public Reading {
      pids = List.copyOf(pids);
    }

    public int processes() {
      return pids.size();
    }
  }

  /**
   * How the processes of a program are recognised.
   *
   * @param variable {@code NAME=value} in the environment of its processes
   * @param isAncestor whether the process with this id carries the program's mark
   */
  public record Marks(String variable, IntPredicate isAncestor) {}

  private static final class Sum {
    private final List<Integer> pids = new ArrayList<>();
    private Duration cpu = Duration.ZERO;
    private long resident;
    private int tasks;

    void add(Stat stat, long bytes) {
      pids.add(stat.pid());
      cpu = cpu.plusMillis(stat.ticks() * 1000 / TICKS_PER_SECOND);
      resident += bytes;
      tasks += stat.tasks();
    }

    Reading of(int program) {
      return new Reading(cpu, resident, pids, tasks, pids.contains(program));
    }
  }

  /** A line of {@code /proc/<pid>/stat}. */
  private record Stat(int pid, int parent, int session, long ticks, int tasks) {}

  /**
   * @param programs by process id
   * @return a reading for each
   */
  public Map<Integer, Reading> read(Map<Integer, Marks> programs) {
    Map<Integer, Stat> stats = new HashMap<>();
    for (int pid : processes.pids()) {
      Stat stat = stat(pid);
      if (stat != null) {
        stats.put(pid, stat);
      }
    }
    Map<Integer, Sum> sums = new HashMap<>();
    programs.keySet().forEach(program -> sums.put(program, new Sum()));
    for (Stat stat : stats.values()) {
      Integer program = program(stat, stats, programs);
      if (program != null) {
        sums.get(program).add(stat, processes.residentBytes(stat.pid()));
      }
    }
    Map<Integer, Reading> readings = new HashMap<>();
    sums.forEach((program, sum) -> readings.put(program, sum.of(program)));
    return readings;
  }

  /** The program that the process belongs to, or null. */
  private Integer program(Stat stat, Map<Integer, Stat> stats, Map<Integer, Marks> programs) {
    Stat ancestor = stat;
    for (int steps = 0; ancestor != null && steps < stats.size(); steps++) {
      if (programs.containsKey(ancestor.session())) {
        return ancestor.session();
      }
      ancestor = stats.get(ancestor.parent());
    }
    String environment = processes.read(stat.pid(), "environ");
    return programs.entrySet().stream()
        .filter(
            program ->
                ProcessTable.holds(environment, program.getValue().variable())
                    || program.getValue().isAncestor().test(stat.pid()))
        .map(Map.Entry::getKey)
        .findFirst()
        .orElse(null);
  }

  private Stat stat(int pid) {
    String line = processes.read(pid, "stat");
    // The name is in parentheses, and may itself contain parentheses and blanks.
    int name = line.lastIndexOf(')');
    if (name < 0) {
      return null;
    }
    String[] fields = line.substring(name + 2).split(" ", 19);
    long ticks = 0;
    for (int field = 11; field < 15; field++) { // utime, stime, cutime, cstime
      ticks += Long.parseLong(fields[field]);
    }
    int tasks = Integer.parseInt(fields[17]);
    return new Stat(pid, Integer.parseInt(fields[1]), Integer.parseInt(fields[3]), ticks, tasks);
  }
}
