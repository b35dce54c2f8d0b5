package io.mirrorneuron.runtime.exec.meter;

import io.mirrorneuron.runtime.exec.spawn.ProcessTable;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/**
 * What programs use of this machine, all their processes included: those of their session, those
 * these have started, and those that only carry the mark. One look serves any number of programs.
 * Thread-safe.
 */
public final class ProcessMeter {
  /** Of the kernel's interface on every architecture, whatever its own clock does. */
  private static final long TICKS_PER_SECOND = 100;

  private final ProcessTable processes;

  public ProcessMeter(ProcessTable processes) {
    this.processes = processes;
  }

  /**
   * @param cpu so far, with that of ended children whose parent still lives
   * @param residentBytes what the processes have together; pages that they share count for each
   * @param processes how many
   * @param led whether the program itself is among them
   */
  public record Reading(Duration cpu, long residentBytes, int processes, boolean led) {
    static final Reading NOTHING = new Reading(Duration.ZERO, 0, 0, false);

    private Reading plus(Stat stat, boolean leads, long resident) {
      return new Reading(
          cpu.plusMillis(stat.ticks() * 1000 / TICKS_PER_SECOND),
          residentBytes + resident,
          processes + 1,
          led || leads);
    }
  }

  /** A line of {@code /proc/<pid>/stat}. */
  private record Stat(int pid, int parent, int session, long ticks) {}

  /**
   * @param programs by process id, each with the {@code NAME=value} that marks its processes
   * @return a reading for each
   */
  public Map<Integer, Reading> read(Map<Integer, String> programs) {
    Map<Integer, Stat> stats = new HashMap<>();
    for (int pid : processes.pids()) {
      Stat stat = stat(pid);
      if (stat != null) {
        stats.put(pid, stat);
      }
    }
    Map<Integer, Reading> readings = new HashMap<>();
    programs.keySet().forEach(program -> readings.put(program, Reading.NOTHING));
    Map<String, Integer> marks = new HashMap<>();
    programs.forEach((program, mark) -> marks.put(mark, program));
    for (Stat stat : stats.values()) {
      Integer program = program(stat, stats, programs, marks);
      if (program != null) {
        readings.merge(
            program,
            Reading.NOTHING,
            (reading, none) ->
                reading.plus(stat, program == stat.pid(), processes.residentBytes(stat.pid())));
      }
    }
    return readings;
  }

  /** The program that the process belongs to, or null. */
  private Integer program(
      Stat stat,
      Map<Integer, Stat> stats,
      Map<Integer, String> programs,
      Map<String, Integer> marks) {
    Stat ancestor = stat;
    for (int steps = 0; ancestor != null && steps < stats.size(); steps++) {
      if (programs.containsKey(ancestor.session())) {
        return ancestor.session();
      }
      ancestor = stats.get(ancestor.parent());
    }
    for (String variable : processes.read(stat.pid(), "environ").split("\0")) {
      Integer marked = marks.get(variable);
      if (marked != null) {
        return marked;
      }
    }
    return null;
  }

  private Stat stat(int pid) {
    String line = processes.read(pid, "stat");
    // The name, in parentheses, may itself hold parentheses and blanks.
    int name = line.lastIndexOf(')');
    if (name < 0) {
      return null;
    }
    String[] fields = line.substring(name + 2).split(" ", 16);
    long ticks = 0;
    for (int field = 11; field < 15; field++) { // utime, stime, cutime, cstime
      ticks += Long.parseLong(fields[field]);
    }
    return new Stat(pid, Integer.parseInt(fields[1]), Integer.parseInt(fields[3]), ticks);
  }
}
