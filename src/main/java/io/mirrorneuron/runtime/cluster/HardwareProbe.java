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
import java.util.Locale;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * Reads this machine, as the container around this process lets it be used, through the JDK and, on
 * Linux, {@code /proc} and the control groups. A reading is kept for a second, so that health
 * probes cost nothing. Thread-safe.
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
   * @param data any path on the disk that matters; need not exist yet
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

  /** What a container may use is rounded up, as the JDK does. */
  private int processors() {
    int here = system.getAvailableProcessors();
    return (int) Math.ceil(Math.min(here, group.processors().orElse(here)));
  }

  /** All that this kernel runs tasks on, whatever a container may use of them. */
  private int machineProcessors() {
    try (Stream<String> lines = Files.lines(proc.resolve("stat"))) {
      int count = (int) lines.filter(line -> line.matches("cpu\\d+ .*")).count();
      return Math.max(count, processors());
    } catch (IOException | UncheckedIOException e) {
      return system.getAvailableProcessors();
    }
  }

  /** The least of what the machine and each container around this process have. */
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
}
