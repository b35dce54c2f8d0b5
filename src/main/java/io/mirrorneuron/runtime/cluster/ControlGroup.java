package io.mirrorneuron.runtime.cluster;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * What Linux lets this process have of its machine, in version 1 or 2 of its control groups. A
 * limit may be that of the process's own group or of one above it; the tightest counts. Without
 * such a limit, and on other systems, nothing is told.
 */
final class ControlGroup {
  /** Version 1 has a number of this size where there is no limit. */
  private static final long NO_LIMIT = Long.MAX_VALUE / 2;

  private final Path proc;
  private final Path groups;

  /**
   * @param groups where the groups are mounted, as {@code /sys/fs/cgroup}
   */
  ControlGroup(Path proc, Path groups) {
    this.proc = proc;
    this.groups = groups;
  }

  /** The memory that may be used, and how much of it could still be. */
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

  /** How many processors' time may be used; a fraction is possible. */
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

  /** What the kernel would give back before it refuses memory counts as free. */
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

  /** The group of this process and those above it, of version 2. */
  private List<Path> unified() {
    return chain(line -> line.startsWith("0::") ? line.substring("0::".length()) : null, groups);
  }

  /** The same of version 1, where each resource has groups of its own. */
  private List<Path> older(String resource) {
    Path root = groups.resolve(resource);
    return chain(line -> path(line, resource), root);
  }

  /** Of {@code 4:cpu,cpuacct:/path}, when the resource is among them. */
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
        // Within a container the path may be that of the host, which is not there.
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

  /** Negative when it is none, as {@code max}. */
  private static long number(String text) {
    try {
      return Long.parseLong(text.strip());
    } catch (NumberFormatException e) {
      return -1;
    }
  }
}
