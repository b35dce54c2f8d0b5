package io.mirrorneuron.runtime.exec.bound;

import io.mirrorneuron.runtime.exec.process.Excess;
import io.mirrorneuron.runtime.workflow.ProgramLimit;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A control group for one program: a folder whose files the kernel makes.
 *
 * @param removal of this folder and of those that the program made in it
 */
record GroupFolder(Path folder, Map<ProgramLimit, Long> limits, Removal removal)
    implements ControlGroups.Group {
  private static final Logger LOG = LoggerFactory.getLogger(GroupFolder.class);

  /** Of the time in which a share of the processors counts, in microseconds. */
  private static final long PERIOD = 100_000;

  private static final long LEAST_QUOTA = 1000;
  private static final long MOST_QUOTA = 1L << 40;

  /** What ended is in its group for a moment more. */
  private static final int TRIES = 200;

  private static final Duration PAUSE = Duration.ofMillis(5);

  /** Removes a group without processes. */
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
      writeWhereKnown("memory.oom.group", "1"); // all of it, not some process of it
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

  /** Kernels without swap, or older ones, do not have it. */
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
  public Optional<Excess> excess(int exitCode) {
    if (limits.containsKey(ProgramLimit.MEMORY_MB) && count("memory.events", "oom_kill") > 0) {
      return Optional.of(Excess.ofMemory(limits.get(ProgramLimit.MEMORY_MB)));
    }
    if (limits.containsKey(ProgramLimit.PROCESSES) && count("pids.events", "max") > 0) {
      return Optional.of(Excess.ofProcesses(limits.get(ProgramLimit.PROCESSES), exitCode));
    }
    return Optional.empty();
  }

  /** Of a file with lines {@code NAME NUMBER}. */
  private long count(String file, String name) {
    try {
      return Files.readAllLines(folder.resolve(file)).stream()
          .map(line -> line.strip().split(" "))
          .filter(words -> words.length == 2 && words[0].equals(name))
          .mapToLong(words -> Long.parseLong(words[1]))
          .sum();
    } catch (IOException | NumberFormatException e) {
      return 0; // not told
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

  /** A group that has others in it is not removed. */
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
