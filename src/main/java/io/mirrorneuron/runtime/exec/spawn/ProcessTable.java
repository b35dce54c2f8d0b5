package io.mirrorneuron.runtime.exec.spawn;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
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

  /** Processes whose environment at their start held exactly {@code NAME=value}. */
  public List<Entry> withVariable(String nameAndValue) {
    String wanted = nameAndValue + '\0';
    return where(
        environment -> environment.startsWith(wanted) || environment.contains('\0' + wanted));
  }

  /**
   * Processes whose environment at their start, {@code NAME=value} entries that end with a zero
   * character, is accepted. This process is never among them.
   */
  public List<Entry> where(Predicate<String> environment) {
    long self = ProcessHandle.current().pid();
    return pids().stream()
        .filter(pid -> pid != self && environment.test(read(pid, "environ")))
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

  private java.util.Optional<Entry> entry(int pid) {
    String stat = read(pid, "stat");
    // The name, in parentheses, may itself hold parentheses and blanks.
    int name = stat.lastIndexOf(')');
    if (name < 0) {
      return java.util.Optional.empty();
    }
    String[] fields = stat.substring(name + 2).split(" ", 4);
    boolean ended = fields[0].equals("Z") || fields[0].equals("X");
    return ended
        ? java.util.Optional.empty()
        : java.util.Optional.of(new Entry(pid, Integer.parseInt(fields[2])));
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
