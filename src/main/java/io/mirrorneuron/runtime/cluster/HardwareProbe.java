package io.mirrorneuron.runtime.cluster;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * Reads this machine, within the limits of the container around this process, through the JDK and,
 * on Linux, {@code /proc} and control groups. A reading is cached for a second, so that health
 * probes are cheap. Thread-safe.
 */
public final class HardwareProbe implements Supplier<Hardware> {
  private static final Duration KEEP = Duration.ofSeconds(1);

  private final Path proc;
  private final ControlGroup group;
  private final Path data;
  private final GpuInventory gpus;
  private final Clock clock;
  private final OperatingSystemMXBean system =
      (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
  private final String cpuModel;
  private volatile Reading last;

  private record Reading(Hardware hardware, Instant at) {}

  /**
   * @param data any path on the data disk; need not exist yet
   */
  public HardwareProbe(Path data, GpuInventory gpus, Clock clock) {
    this(Path.of("/proc"), Path.of("/sys/fs/cgroup"), data, gpus, clock);
  }

  HardwareProbe(Path proc, Path groups, Path data, GpuInventory gpus, Clock clock) {
    this.proc = proc;
    this.group = new ControlGroup(proc, groups);
    this.data = data;
    this.gpus = gpus;
    this.clock = clock;
    this.cpuModel = valueOf("cpuinfo", "model name", System.getProperty("os.arch"));
  }

  @Override
  public Hardware get() {
    Instant now = clock.instant();
    Reading reading = last;
    if (reading == null || now.isAfter(reading.at.plus(KEEP))) {
      reading = new Reading(read(), now);
      last = reading;
    }
    return reading.hardware;
  }

  private Hardware read() {
    String name = System.getProperty("os.name").toLowerCase(Locale.ROOT);
    return new Hardware(
        name.startsWith("windows") ? "windows" : "unix",
        name.startsWith("mac") ? "darwin" : name,
        new Hardware.Cpu(
            processors(),
            System.getProperty("os.arch"),
            cpuModel,
            system.getSystemLoadAverage(),
            machineProcessors()),
        memory(),
        disk(),
        gpus.known(),
        gpus.problems());
  }

  /** A container's share is rounded up, as the JDK does. */
  private int processors() {
    int here = system.getAvailableProcessors();
    return (int) Math.ceil(Math.min(here, group.processors().orElse(here)));
  }

  /** All processors of this kernel, whatever the share of a container. */
  private int machineProcessors() {
    try (Stream<String> lines = Files.lines(proc.resolve("stat"))) {
      int count = (int) lines.filter(line -> line.matches("cpu\\d+ .*")).count();
      return Math.max(count, processors());
    } catch (IOException | UncheckedIOException e) {
      return system.getAvailableProcessors();
    }
  }

  /** The minimum over the machine and each container around this process. */
  private Hardware.Memory memory() {
    long total = system.getTotalMemorySize();
    String free = valueOf("meminfo", "MemAvailable", "");
    long bytes =
        free.endsWith(" kB")
            ? Long.parseLong(free.substring(0, free.length() - 3).strip()) * 1024
            : system.getFreeMemorySize();
    Hardware.Memory machine = new Hardware.Memory(total, Math.min(total, bytes));
    return group
        .memory()
        .map(
            limit ->
                new Hardware.Memory(
                    Math.min(limit.totalBytes(), machine.totalBytes()),
                    Math.min(limit.availableBytes(), machine.availableBytes())))
        .orElse(machine);
  }

  private Hardware.Disk disk() {
    Path existing = data.toAbsolutePath();
    while (!Files.exists(existing) && existing.getParent() != null) {
      existing = existing.getParent();
    }
    try {
      FileStore store = Files.getFileStore(existing);
      return new Hardware.Disk(store.getTotalSpace(), store.getUsableSpace());
    } catch (IOException e) {
      return new Hardware.Disk(0, 0);
    }
  }

  /** The value of the first line {@code key : value} of a file below {@code /proc}. */
  private String valueOf(String file, String key, String otherwise) {
    try (Stream<String> lines = Files.lines(proc.resolve(file))) {
      return lines
          .filter(line -> line.startsWith(key) && line.indexOf(':') >= 0)
          .map(line -> line.substring(line.indexOf(':') + 1).strip())
          .findFirst()
          .orElse(otherwise);
    } catch (IOException | UncheckedIOException e) {
      return otherwise;
    }
  }

  /**
   * Linux limits of this process, from control groups version 1 or 2: the tightest of its own group
   * and those above it. Empty without such a limit, and on other systems.
   */
  static final class ControlGroup {
    /** Version 1 has a number of this size where there is no limit. */
    private static final long NO_LIMIT = Long.MAX_VALUE / 2;

    private final Path proc;
    private final Path groups;

    /**
     * @param groups mount point of the groups, as {@code /sys/fs/cgroup}
     */
    ControlGroup(Path proc, Path groups) {
      this.proc = proc;
      this.groups = groups;
    }

    /** The memory limit, and how much of it is still available. */
    Optional<Hardware.Memory> memory() {
      long total = Long.MAX_VALUE;
      long available = Long.MAX_VALUE;
      for (Path group : unified()) {
        long limit = number(group.resolve("memory.max"));
        long used = used(group, "memory.current", "inactive_file");
        total = Math.min(total, limit < 0 ? total : limit);
        available = Math.min(available, limit < 0 || used < 0 ? available : limit - used);
      }
      for (Path group : older("memory")) {
        long limit = number(group.resolve("memory.limit_in_bytes"));
        long used = used(group, "memory.usage_in_bytes", "total_inactive_file");
        boolean none = limit < 0 || limit > NO_LIMIT;
        total = Math.min(total, none ? total : limit);
        available = Math.min(available, none || used < 0 ? available : limit - used);
      }
      return total == Long.MAX_VALUE
          ? Optional.empty()
          : Optional.of(new Hardware.Memory(total, Math.max(0, Math.min(total, available))));
    }

    /** The processor time limit, in processors; may be a fraction. */
    OptionalDouble processors() {
      double least = Double.MAX_VALUE;
      for (Path group : unified()) {
        String[] parts = text(group.resolve("cpu.max")).split(" ");
        if (parts.length == 2) {
          least = Math.min(least, share(number(parts[0]), number(parts[1])));
        }
      }
      for (Path group : older("cpu")) {
        least =
            Math.min(
                least,
                share(
                    number(group.resolve("cpu.cfs_quota_us")),
                    number(group.resolve("cpu.cfs_period_us"))));
      }
      return least == Double.MAX_VALUE ? OptionalDouble.empty() : OptionalDouble.of(least);
    }

    private static double share(long quota, long period) {
      return quota <= 0 || period <= 0 ? Double.MAX_VALUE : (double) quota / period;
    }

    /** Memory that the kernel would reclaim before refusing any counts as free. */
    private static long used(Path group, String file, String reclaimable) {
      long all = number(group.resolve(file));
      if (all < 0) {
        return -1;
      }
      return text(group.resolve("memory.stat"))
          .lines()
          .filter(line -> line.startsWith(reclaimable + " "))
          .mapToLong(line -> all - Math.max(0, number(line.substring(reclaimable.length() + 1))))
          .findFirst()
          .orElse(all);
    }

    /** The group of this process and those above it, in version 2. */
    private List<Path> unified() {
      return chain(line -> line.startsWith("0::") ? line.substring("0::".length()) : null, groups);
    }

    /** The same in version 1, where each resource has separate groups. */
    private List<Path> older(String resource) {
      Path root = groups.resolve(resource);
      return chain(line -> path(line, resource), root);
    }

    /** The path in {@code 4:cpu,cpuacct:/path}, if the resource is listed. */
    private static String path(String line, String resource) {
      String[] parts = line.split(":", 3);
      return parts.length == 3 && List.of(parts[1].split(",")).contains(resource) ? parts[2] : null;
    }

    private interface PathOf {
      /** Null when the line is about something else. */
      String in(String line);
    }

    private List<Path> chain(PathOf pathOf, Path root) {
      List<Path> chain = new ArrayList<>();
      for (String line : text(proc.resolve("self/cgroup")).lines().toList()) {
        String path = pathOf.in(line);
        if (path != null) {
          // Within a container the path may be that of the host, which does not exist there.
          Path group = root.resolve(path.replaceFirst("^/+", "")).normalize();
          for (Path at = group; at != null && at.startsWith(root); at = at.getParent()) {
            chain.add(at);
          }
        }
      }
      return chain;
    }

    private static String text(Path file) {
      try {
        return Files.readString(file).strip();
      } catch (IOException e) {
        return "";
      }
    }

    private static long number(Path file) {
      return number(text(file));
    }

    /** Negative for a text that is not a number, as {@code max}. */
    private static long number(String text) {
      try {
        return Long.parseLong(text.strip());
      } catch (NumberFormatException e) {
        return -1;
      }
    }
  }
}
