package io.mirrorneuron.runtime.exec.spawn;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The processes of this machine as {@code /proc} shows them; empty where there is no such folder.
 * Zombies are not counted. One look costs about a millisecond per two hundred processes.
 * Thread-safe.
 */
public final class ProcessTable {
  private final Path root;

  public ProcessTable() {
    this(Path.of("/proc"));
  }

  ProcessTable(Path root) {
    this.root = root;
  }

  public record Entry(int pid, int group) {}

  /**
   * @param hasEnded and awaits that its parent collects it
   * @param started in ticks of the system's own clock
   */
  record Child(int pid, int session, boolean hasEnded, long started) {}

  @FunctionalInterface
  public interface Match {
    /**
     * @param environment at the start of the process: {@code NAME=value} entries that end with a
     *     zero character
     */
    boolean test(int pid, String environment);
  }

  /** Processes whose environment at their start held exactly {@code NAME=value}. */
  public List<Entry> withVariable(String nameAndValue) {
    return where((_, environment) -> holds(environment, nameAndValue));
  }

  /** Whether exactly {@code NAME=value} is in an environment. */
  public static boolean holds(String environment, String nameAndValue) {
    String wanted = nameAndValue + '\0';
    return environment.startsWith(wanted) || environment.contains('\0' + wanted);
  }

  /** Processes that are accepted. This process is never among them. */
  public List<Entry> where(Match match) {
    long self = ProcessHandle.current().pid();
    return pids().stream()
        .filter(pid -> pid != self && match.test(pid, read(pid, "environ")))
        .flatMap(pid -> entry(pid).stream())
        .toList();
  }

  public List<Entry> inGroups(Set<Integer> groups) {
    return pids().stream()
        .flatMap(pid -> entry(pid).stream())
        .filter(entry -> groups.contains(entry.group()))
        .toList();
  }

  /**
   * Kills the processes and everything in their groups. A group is only touched when it is not this
   * process's own.
   */
  public void kill(Collection<Entry> entries) {
    Set<Integer> groups = entries.stream().map(Entry::group).collect(Collectors.toSet());
    entry((int) ProcessHandle.current().pid()).ifPresent(self -> groups.remove(self.group()));
    var victims = new ArrayList<>(entries);
    victims.addAll(inGroups(groups));
    victims.stream()
        .distinct()
        .forEach(
            victim -> ProcessHandle.of(victim.pid()).ifPresent(ProcessHandle::destroyForcibly));
  }

  /** The memory that the process had at its height, in bytes; 0 when it is gone. */
  public long peakBytes(int pid) {
    return kilobytes(read(pid, "status"), "VmHWM:") * 1024;
  }

  /** The memory that the process has, in bytes; 0 when it is gone. */
  public long residentBytes(int pid) {
    return kilobytes(read(pid, "status"), "VmRSS:") * 1024;
  }

  /**
   * The same, of pages that several processes have only its part of them. Costs more, the more
   * memory it has.
   */
  public long proportionalBytes(int pid) {
    long bytes = kilobytes(read(pid, "smaps_rollup"), "Pss:") * 1024;
    return bytes == 0 ? residentBytes(pid) : bytes;
  }

  /** The number in a line {@code NAME: 123 kB}. */
  private static long kilobytes(String status, String name) {
    int start = status.indexOf(name);
    int end = start < 0 ? -1 : status.indexOf(" kB", start);
    return end < 0 ? 0 : Long.parseLong(status.substring(start + name.length(), end).strip());
  }

  public List<Integer> pids() {
    var pids = new ArrayList<Integer>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(root, "[0-9]*")) {
      entries.forEach(entry -> pids.add(Integer.valueOf(entry.getFileName().toString())));
    } catch (IOException e) {
      return List.of();
    }
    return pids;
  }

  private Optional<Entry> entry(int pid) {
    return stat(pid)
        .filter(stat -> !stat.hasEnded())
        .map(stat -> new Entry(stat.pid(), stat.group()));
  }

  List<Child> childrenOf(int parent) {
    return pids().stream()
        .flatMap(pid -> stat(pid).stream())
        .filter(stat -> stat.parent() == parent)
        .map(stat -> new Child(stat.pid(), stat.session(), stat.hasEnded(), stat.started()))
        .toList();
  }

  /** In ticks of the system's own clock; 0 when the process is gone. */
  long started(int pid) {
    return stat(pid).map(Stat::started).orElse(0L);
  }

  /** 0 when the process is gone. */
  int session(int pid) {
    return stat(pid).map(Stat::session).orElse(0);
  }

  private record Stat(
      int pid, boolean hasEnded, int parent, int group, int session, long started) {}

  private Optional<Stat> stat(int pid) {
    String stat = read(pid, "stat");
    // The name is in parentheses, and may itself contain parentheses and blanks.
    int name = stat.lastIndexOf(')');
    if (name < 0) {
      return Optional.empty();
    }
    String[] fields = stat.substring(name + 2).split(" ", 21);
    return Optional.of(
        new Stat(
            pid,
            fields[0].equals("Z") || fields[0].equals("X"),
            Integer.parseInt(fields[1]),
            Integer.parseInt(fields[2]),
            Integer.parseInt(fields[3]),
            Long.parseLong(fields[19])));
  }

  /** Empty when the process is gone or belongs to somebody else. */
  public String read(int pid, String file) {
    try {
      byte[] bytes = Files.readAllBytes(root.resolve(Integer.toString(pid)).resolve(file));
      return new String(bytes, StandardCharsets.UTF_8);
    } catch (IOException e) {
      return "";
    }
  }
}
