package io.mirrorneuron.runtime.exec.process;

import io.mirrorneuron.runtime.exec.process.ProcessLimits.ExceededLimit;
import io.mirrorneuron.runtime.exec.spawn.Adoption;
import io.mirrorneuron.runtime.workflow.AgentSettings.ProgramLimit;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Control groups of Linux, version 2, below the group of this process, if that group is delegated
 * to its account and holds no other process. A group whose children have limits may hold no
 * processes itself, so this process and its children move to a child group of their own.
 */
public final class UnifiedGroups implements ControlGroups {
  private static final Logger LOG = LoggerFactory.getLogger(UnifiedGroups.class);

  /** Name of the child group of this process. */
  private static final String SERVER = "mn-server";

  private static final int ROUNDS = 3;

  private static final Map<String, ProgramLimit> CONTROLLERS =
      Map.of(
          "memory",
          ProgramLimit.MEMORY_MB,
          "pids",
          ProgramLimit.PROCESSES,
          "cpu",
          ProgramLimit.CPU_MILLIS);

  private final Path folder;
  private final Set<ProgramLimit> kept;
  private final String prefix;
  private final GroupFolder.Removal removal;
  private final AtomicLong numbers = new AtomicLong();

  private UnifiedGroups(
      Path folder, Set<ProgramLimit> kept, String prefix, GroupFolder.Removal removal) {
    this.folder = folder;
    this.kept = Set.copyOf(kept);
    this.prefix = prefix;
    this.removal = removal;
  }

  /**
   * Also removes the groups that an earlier process of the same runtime left. Returns {@link #NONE}
   * unless this process is a dedicated server: only such a process may move to another group.
   */
  public static ControlGroups ofMachine(String runtimeId) {
    return Adoption.hasBegun()
        ? find(Path.of("/proc"), Path.of("/sys/fs/cgroup"), runtimeId, Files::delete)
        : NONE;
  }

  /**
   * @param proc for example {@code /proc}
   * @param root where the groups are mounted
   */
  static ControlGroups find(Path proc, Path root, String runtimeId, GroupFolder.Removal removal) {
    try {
      Path now = now(proc, root);
      if (now == null) {
        return NONE;
      }
      Path own = now.endsWith(SERVER) ? now.getParent() : now; // already moved
      if (!isGiven(own) || !isAlone(now) || !isAlone(own)) {
        return NONE;
      }
      Set<ProgramLimit> kept = EnumSet.noneOf(ProgramLimit.class);
      Set<String> controllers = words(own.resolve("cgroup.controllers"));
      Path server = Files.createDirectories(own.resolve(SERVER));
      move(own, server);
      for (Map.Entry<String, ProgramLimit> one : CONTROLLERS.entrySet()) {
        if (controllers.contains(one.getKey()) && isOn(own, one.getKey())) {
          kept.add(one.getValue());
        }
      }
      if (kept.isEmpty()) {
        return NONE;
      }
      String prefix = "mn-" + runtimeId.replaceAll("[^A-Za-z0-9_-]", "_") + ".";
      var groups = new UnifiedGroups(own, kept, prefix, removal);
      groups.removeLeftovers();
      LOG.info("programs are kept to their limits by control groups below {}: {}", own, kept);
      return groups;
    } catch (IOException e) {
      LOG.warn("control groups cannot be used, programs are looked at instead: {}", e.toString());
      return NONE;
    }
  }

  /** The group of this process; null without version 2. */
  private static Path now(Path proc, Path root) throws IOException {
    Path list = proc.resolve("self/cgroup");
    if (!Files.exists(list)) {
      return null;
    }
    return Files.readAllLines(list).stream()
        .filter(line -> line.startsWith("0::/"))
        .map(line -> root.resolve(line.substring("0::/".length())).normalize())
        .filter(path -> path.startsWith(root) && Files.isDirectory(path))
        .findFirst()
        .orElse(null);
  }

  private static boolean isGiven(Path own) throws IOException {
    boolean isWritable =
        Stream.of(own, own.resolve("cgroup.procs"), own.resolve("cgroup.subtree_control"))
            .allMatch(Files::isWritable);
    return isWritable
        && words(own.resolve("cgroup.controllers")).stream().anyMatch(CONTROLLERS::containsKey);
  }

  private static boolean isAlone(Path own) throws IOException {
    for (String pid : words(own.resolve("cgroup.procs"))) {
      if (!isOurs(Long.parseLong(pid))) {
        LOG.info("control groups are not used: process {} shares {}", pid, own);
        return false;
      }
    }
    return true;
  }

  /** Whether it is this process or one of its descendants. */
  private static boolean isOurs(long pid) {
    long self = ProcessHandle.current().pid();
    return pid > 0 // 0 is a process outside this container
        && Stream.iterate(
                ProcessHandle.of(pid).orElse(null),
                one -> one != null,
                one -> one.parent().orElse(null))
            .anyMatch(one -> one.pid() == self);
  }

  /** Processes started meanwhile move in the next round. */
  private static void move(Path from, Path to) throws IOException {
    for (int round = 0; round < ROUNDS; round++) {
      for (String pid : words(from.resolve("cgroup.procs"))) {
        try {
          Files.writeString(to.resolve("cgroup.procs"), pid);
        } catch (IOException e) {
          LOG.debug("process {} does not move, or has ended", pid, e);
        }
      }
    }
  }

  private static boolean isOn(Path own, String controller) {
    try {
      Files.writeString(own.resolve("cgroup.subtree_control"), "+" + controller);
      return true;
    } catch (IOException e) {
      LOG.warn("the controller {} is not to be had: {}", controller, e.toString());
      return false;
    }
  }

  private void removeLeftovers() throws IOException {
    List<Path> left;
    try (Stream<Path> all = Files.list(folder)) {
      left = all.filter(one -> one.getFileName().toString().startsWith(prefix)).toList();
    }
    left.forEach(one -> new GroupFolder(one, removal).close());
  }

  private static Set<String> words(Path file) throws IOException {
    String text = Files.readString(file).strip();
    return text.isEmpty() ? Set.of() : new HashSet<>(Arrays.asList(text.split("\\s+")));
  }

  @Override
  public Set<ProgramLimit> kept() {
    return kept;
  }

  @Override
  public Group make(Map<ProgramLimit, Long> limits) throws IOException {
    Path group = folder.resolve(prefix + numbers.incrementAndGet());
    return GroupFolder.make(group, limits, removal);
  }

  /**
   * A control group for one program: a folder whose files the kernel provides.
   *
   * @param removal of this folder and of the groups that the program made in it
   */
  record GroupFolder(Path folder, Map<ProgramLimit, Long> limits, Removal removal)
      implements ControlGroups.Group {
    private static final Logger LOG = LoggerFactory.getLogger(GroupFolder.class);

    /** Period of the processor quota, in microseconds. */
    private static final long PERIOD = 100_000;

    private static final long LEAST_QUOTA = 1000;
    private static final long MOST_QUOTA = 1L << 40;

    /** Ended processes stay in their group for a moment. */
    private static final int TRIES = 200;

    private static final Duration PAUSE = Duration.ofMillis(5);

    @FunctionalInterface
    interface Removal {
      void remove(Path group) throws IOException;
    }

    GroupFolder(Path folder, Removal removal) {
      this(folder, Map.of(), removal);
    }

    static GroupFolder make(Path folder, Map<ProgramLimit, Long> limits, Removal removal)
        throws IOException {
      Files.createDirectory(folder);
      var group = new GroupFolder(folder, Map.copyOf(limits), removal);
      try {
        group.limit();
        return group;
      } catch (IOException e) {
        group.close();
        throw e;
      }
    }

    private void limit() throws IOException {
      Long megabytes = limits.get(ProgramLimit.MEMORY_MB);
      if (megabytes != null) {
        write("memory.max", Long.toString(megabytes << 20));
        writeWhereKnown("memory.swap.max", "0");
        writeWhereKnown("memory.oom.group", "1"); // the whole group, not one process of it
      }
      Long tasks = limits.get(ProgramLimit.PROCESSES);
      if (tasks != null) {
        write("pids.max", Long.toString(tasks));
      }
      Long millis = limits.get(ProgramLimit.CPU_MILLIS);
      if (millis != null) {
        long quota = Math.clamp(millis * (PERIOD / 1000), LEAST_QUOTA, MOST_QUOTA);
        write("cpu.max", quota + " " + PERIOD);
      }
    }

    private void write(String file, String value) throws IOException {
      Files.writeString(folder.resolve(file), value);
    }

    /** For files that kernels without swap, or older kernels, lack. */
    private void writeWhereKnown(String file, String value) {
      try {
        write(file, value);
      } catch (IOException e) {
        LOG.debug("{} has no {}", folder, file, e);
      }
    }

    @Override
    public Path entrance() {
      return folder.resolve("cgroup.procs");
    }

    @Override
    public Optional<ExceededLimit> excess(int exitCode) {
      if (limits.containsKey(ProgramLimit.MEMORY_MB) && count("memory.events", "oom_kill") > 0) {
        return Optional.of(ExceededLimit.ofMemory(limits.get(ProgramLimit.MEMORY_MB)));
      }
      if (limits.containsKey(ProgramLimit.PROCESSES) && count("pids.events", "max") > 0) {
        return Optional.of(ExceededLimit.ofProcesses(limits.get(ProgramLimit.PROCESSES), exitCode));
      }
      return Optional.empty();
    }

    /** Reads a file with lines {@code NAME NUMBER}. */
    private long count(String file, String name) {
      try {
        return Files.readAllLines(folder.resolve(file)).stream()
            .map(line -> line.strip().split(" "))
            .filter(words -> words.length == 2 && words[0].equals(name))
            .mapToLong(words -> Long.parseLong(words[1]))
            .sum();
      } catch (IOException | NumberFormatException e) {
        return 0; // not reported by this kernel
      }
    }

    @Override
    public void close() {
      writeWhereKnown("cgroup.kill", "1");
      for (int tries = 0; tries < TRIES; tries++) {
        try {
          removeTree(folder);
          return;
        } catch (NoSuchFileException e) {
          return;
        } catch (IOException e) {
          LockSupport.parkNanos(PAUSE.toNanos());
        }
      }
      LOG.warn("control group {} cannot be removed; the next start tries again", folder);
    }

    /** Child groups first: a group that has children cannot be removed. */
    private void removeTree(Path group) throws IOException {
      List<Path> inner;
      try (Stream<Path> all = Files.list(group)) {
        inner = all.filter(Files::isDirectory).toList();
      }
      for (Path one : inner) {
        removeTree(one);
      }
      removal.remove(group);
    }
  }
}
