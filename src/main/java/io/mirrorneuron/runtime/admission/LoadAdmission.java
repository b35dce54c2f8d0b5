package io.mirrorneuron.runtime.admission;

import com.sun.management.UnixOperatingSystemMXBean;
import io.mirrorneuron.config.LoadLimits;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.runtime.cluster.GpuInventory;
import io.mirrorneuron.runtime.cluster.Hardware;
import io.mirrorneuron.runtime.cluster.HardwareProbe;
import io.mirrorneuron.runtime.exec.LocalExecutions;
import io.mirrorneuron.runtime.exec.pool.Pools.PoolUsage;
import io.mirrorneuron.runtime.manifest.graph.RequirementReader;
import io.mirrorneuron.runtime.port.Leader.Timers;
import io.mirrorneuron.runtime.port.LoadGate;
import io.mirrorneuron.runtime.workflow.Workflow;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/**
 * Keeps new work waiting while others use the processors of this machine, and refuses it while too
 * many wait, or the machine is short of memory, files or cards; docs/adr/0029 says by what that is
 * measured. Both doors ask before anything is stored. What runs goes on, and recovery, changes of
 * jobs that are there, and probes of health neither wait nor are refused. Cheap and thread-safe.
 */
public final class LoadAdmission implements LoadGate {
  private static final String OVERLOADED = "resource_overloaded";

  /** The load of the last ten seconds decides, so asking sooner is of little use. */
  private static final long RETRY_MS = 10_000;

  private static final long LOOK_MS = 5_000;

  /** So long all that wait are told the same. */
  private static final long FRESH_NANOS = 1_000_000_000;

  private final LoadLimits limits;
  private final Supplier<Hardware> hardware;
  private final Programs programs;
  private final CpuPressure pressure;
  private final OpenFiles files;
  private final OthersShare others;
  private Optional<String> reported = Optional.empty(); // guarded by this
  private long reportedAt = System.nanoTime() - FRESH_NANOS; // guarded by this

  /**
   * The programs of this server.
   *
   * @param slots how many they hold, which its pools have let in
   * @param waiting how many jobs wait at this gate
   */
  public record Programs(IntSupplier slots, IntSupplier waiting) {}

  /**
   * @param proc where the kernel tells of itself
   */
  public LoadAdmission(
      LoadLimits limits, Supplier<Hardware> hardware, Programs programs, Path proc) {
    this.limits = limits;
    this.hardware = hardware;
    this.programs = programs;
    this.pressure = new CpuPressure(proc);
    this.files = new OpenFiles(proc);
    this.others = new OthersShare(proc);
  }

  /**
   * Of this machine.
   *
   * @param data any path on the disk that matters; need not exist yet
   */
  public static LoadAdmission of(
      LoadLimits limits, Path data, GpuInventory gpus, LocalExecutions executions, Clock clock) {
    IntSupplier slots =
        () -> executions.capacity().pools().stream().mapToInt(PoolUsage::inUse).sum();
    return new LoadAdmission(
        limits,
        new HardwareProbe(data, gpus, clock),
        new Programs(slots, executions::held),
        Path.of("/proc"));
  }

  /** From now on looks every few seconds who uses the processors. */
  public void keepLooking(Timers timers) {
    if (limits.isAsked()) {
      look();
      timers.at(timers.now() + LOOK_MS, () -> keepLooking(timers));
    }
  }

  /** Looks who has used the processors since the last time. */
  void look() {
    others.look();
  }

  /**
   * @throws MnException UNAVAILABLE {@code resource_overloaded} with what is over its limit
   */
  public void requireRoom() {
    if (!limits.isAsked()) {
      return;
    }
    Hardware machine = hardware.get();
    List<String> over = new ArrayList<>();
    List<String> processors = processors(machine.cpu());
    if (!processors.isEmpty()) {
      int waiting = programs.waiting().getAsInt();
      if (waiting >= limits.waiting()) {
        over.addAll(processors);
        over.add("waiting=%d limit=%d".formatted(waiting, limits.waiting()));
      }
    }
    over.addAll(memoryAndFiles(machine));
    refuse(over);
  }

  /**
   * The same of processors alone, for who does not want to wait for them.
   *
   * @throws MnException UNAVAILABLE {@code resource_overloaded}
   */
  public void requireProcessors() {
    if (limits.isAsked()) {
      refuse(processors(hardware.get().cpu()));
    }
  }

  @Override
  public synchronized Optional<String> busy() {
    if (!limits.isAsked()) {
      return Optional.empty();
    }
    if (System.nanoTime() - reportedAt >= FRESH_NANOS) {
      reported =
          processors(hardware.get().cpu()).stream()
              .findFirst()
              .map("others use its processors: %s (max_cpu_load_ratio)"::formatted);
      reportedAt = System.nanoTime();
    }
    return reported;
  }

  /**
   * The same about the cards, for a job that wants one: those of a job that does not may be full.
   *
   * @throws MnException UNAVAILABLE {@code resource_overloaded}
   */
  public void requireRoom(Workflow workflow) {
    if (limits.isAsked() && wantsCard(workflow)) {
      List<String> over = new ArrayList<>();
      // A card that does not tell has room, for all that is known.
      double fullest =
          hardware.get().gpus().stream().mapToDouble(LoadAdmission::usedRatio).min().orElse(-1);
      add(over, "gpu", fullest, limits.gpu());
      refuse(over);
    }
  }

  private static boolean wantsCard(Workflow workflow) {
    return RequirementReader.of(workflow).stream()
            .anyMatch(one -> one.device() != null && !one.isWaived())
        || workflow.agents().values().stream()
            .flatMap(agent -> agent.request().devices().stream())
            .anyMatch(demand -> demand.resource().equals("gpu"));
  }

  private static double usedRatio(Hardware.Gpu gpu) {
    return gpu.totalMegabytes() <= 0 || gpu.usedMegabytes() < 0
        ? -1
        : (double) gpu.usedMegabytes() / gpu.totalMegabytes();
  }

  private List<String> processors(Hardware.Cpu cpu) {
    List<String> over = new ArrayList<>();
    double load = foreignLoad(cpu);
    if (load > limits.cpu() && pressure.isWaitedFor(cpu.machineProcessors()) && others.isMost()) {
      add(over, "cpu", load, limits.cpu());
    }
    return over;
  }

  private List<String> memoryAndFiles(Hardware machine) {
    List<String> over = new ArrayList<>();
    Hardware.Memory memory = machine.memory();
    add(
        over,
        "memory",
        memory.totalBytes() <= 0 ? -1 : (double) memory.usedBytes() / memory.totalBytes(),
        limits.memory());
    add(over, "open_files", files.ratio(), limits.openFiles());
    return over;
  }

  /**
   * The load ratio without one task for each slot in use. Jobs beyond those wait for a slot, so
   * refusing them because of those would gain nothing.
   */
  private double foreignLoad(Hardware.Cpu cpu) {
    return cpu.loadRatio() < 0
        ? -1
        : Math.max(
            0, cpu.loadRatio() - (double) programs.slots().getAsInt() / cpu.machineProcessors());
  }

  private static void add(List<String> over, String resource, double value, double threshold) {
    if (value > threshold) {
      over.add("%s=%s threshold=%s".formatted(resource, number(value), number(threshold)));
    }
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, "%.3f", value).replaceFirst("\\.?0+$", "");
  }

  private static void refuse(List<String> over) {
    if (!over.isEmpty()) {
      throw new MnException(
              ErrorCode.UNAVAILABLE, OVERLOADED, OVERLOADED + ": " + String.join(", ", over))
          .withRetryAfter(RETRY_MS);
    }
  }

  /** How much of the files is open that may be: by this process, or by all of the machine. */
  private static final class OpenFiles {
    private final Path proc;

    OpenFiles(Path proc) {
      this.proc = proc;
    }

    /** Of 1, whichever is nearer; negative when neither is known. */
    double ratio() {
      return Math.max(machine(), process());
    }

    private static double process() {
      return ManagementFactory.getOperatingSystemMXBean()
              instanceof UnixOperatingSystemMXBean system
          ? ratio(system.getOpenFileDescriptorCount(), system.getMaxFileDescriptorCount())
          : -1;
    }

    /** Files in use, files that could be used again, and how many there may be. */
    private double machine() {
      try {
        String[] numbers = Files.readString(proc.resolve("sys/fs/file-nr")).strip().split("\\s+");
        return numbers.length == 3
            ? ratio(
                Long.parseLong(numbers[0]) - Long.parseLong(numbers[1]), Long.parseLong(numbers[2]))
            : -1;
      } catch (IOException | NumberFormatException e) {
        return -1;
      }
    }

    private static double ratio(long open, long most) {
      return open < 0 || most <= 0 ? -1 : (double) open / most;
    }
  }

  /**
   * Whether tasks wait for a processor now. The load average cannot say: it is old by a minute, and
   * counts tasks that wait for a disk.
   */
  private static final class CpuPressure {
    /** A task waited for a fifth of the last ten seconds. */
    private static final double WAITING = 20;

    private static final Pattern LAST_TEN_SECONDS = Pattern.compile("some avg10=(\\d+\\.?\\d*) .*");

    private static final Pattern RUNNING = Pattern.compile("procs_running (\\d{1,9})");

    private final Path proc;

    CpuPressure(Path proc) {
      this.proc = proc;
    }

    /**
     * True where neither of both is told, as on other systems: then the load average decides alone.
     *
     * @param processors of the machine
     */
    boolean isWaitedFor(int processors) {
      OptionalDouble stalled = first("pressure/cpu", LAST_TEN_SECONDS);
      if (stalled.isPresent()) {
        return stalled.getAsDouble() >= WAITING;
      }
      OptionalDouble running = first("stat", RUNNING);
      return running.isEmpty() || running.getAsDouble() > processors;
    }

    private OptionalDouble first(String file, Pattern line) {
      try (Stream<String> lines = Files.lines(proc.resolve(file))) {
        return lines
            .map(line::matcher)
            .filter(Matcher::matches)
            .mapToDouble(found -> Double.parseDouble(found.group(1)))
            .findFirst();
      } catch (IOException | UncheckedIOException e) {
        return OptionalDouble.empty(); // a kernel without it refuses to read it
      }
    }
  }

  /**
   * Whether it is others who use the processors of this machine. A server that is as busy as its
   * clients can make it, with them beside it, is no reason to refuse what they ask for.
   */
  private static final class OthersShare {
    /** Of all processors: as much as they have when nobody else does anything to speak of. */
    private static final double MOST = 0.75;

    /** In {@code /proc/stat}, after {@code cpu}: user, nice, system, idle, waiting for disks, … */
    private static final int IDLE = 3;

    private static final int WAITING = 4;

    /** The last two numbers, of guests, are in the first two. */
    private static final int COUNTED = 8;

    /** In {@code /proc/self/stat}, after the name and its brackets. */
    private static final int USER = 11;

    private static final int SYSTEM = 12;

    /**
     * Ticks since the machine, or this process, began.
     *
     * @param all of all processors, idle or not
     */
    private record Look(long all, long busy, long own) {}

    private final Path proc;
    private Look last;
    private boolean areOthers;

    OthersShare(Path proc) {
      this.proc = proc;
    }

    /** To be called every few seconds. */
    synchronized void look() {
      Look now = read().orElse(null);
      if (last != null && now != null && now.all > last.all) {
        double others = now.busy - last.busy - (now.own - last.own);
        areOthers = others / (now.all - last.all) >= MOST;
      }
      last = now;
    }

    /** True where it cannot be known, as on other systems; false before the second look. */
    synchronized boolean isMost() {
      return last == null ? read().isEmpty() : areOthers;
    }

    private Optional<Look> read() {
      try {
        long[] all = numbers(Files.readString(proc.resolve("stat")).lines().findFirst().orElse(""));
        String self = Files.readString(proc.resolve("self/stat"));
        long[] own = numbers(self.substring(self.lastIndexOf(')') + 1).replaceFirst("[A-Z]", "0"));
        long sum = LongStream.of(all).limit(COUNTED).sum();
        return Optional.of(new Look(sum, sum - all[IDLE] - all[WAITING], own[USER] + own[SYSTEM]));
      } catch (IOException | RuntimeException e) {
        return Optional.empty(); // it is told in another way here, or not at all
      }
    }

    private static long[] numbers(String line) {
      return Stream.of(line.replaceFirst("^cpu", "").strip().split("\\s+"))
          .mapToLong(Long::parseLong)
          .toArray();
    }
  }
}
