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
 * Backpressure: delays new work while other processes use the processors of this machine, and
 * refuses it while too many jobs wait, or memory, files or graphics cards run short; docs/adr/0029
 * defines the measures. Both entry points ask before anything is stored. Running work, recovery,
 * changes of existing jobs and health probes are never delayed or refused. Cheap; thread-safe.
 */
public final class LoadAdmission implements LoadGate {
  private static final String OVERLOADED = "resource_overloaded";

  /** The load of the last ten seconds decides, so an earlier retry is of little use. */
  private static final long RETRY_MS = 10_000;

  private static final long LOOK_MS = 5_000;

  /** All waiting jobs share an answer for this time. */
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
   * @param slots granted by its pools
   * @param waiting jobs that wait at this gate
   */
  public record Programs(IntSupplier slots, IntSupplier waiting) {}

  /**
   * @param proc mount point of {@code /proc}
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
   * @param data any path on the data disk; need not exist yet
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

  /** Measures the use of the processors every few seconds from now on. */
  public void keepLooking(Timers timers) {
    if (limits.isAsked()) {
      look();
      timers.at(timers.now() + LOOK_MS, () -> keepLooking(timers));
    }
  }

  /** Measures the use of the processors since the last call. */
  void look() {
    others.look();
  }

  /**
   * @throws MnException UNAVAILABLE {@code resource_overloaded} with the exceeded limits
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
   * Checks processors alone, for callers that do not want to wait for them.
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
   * Checks the graphics cards, for a job that wants one.
   *
   * @throws MnException UNAVAILABLE {@code resource_overloaded}
   */
  public void requireRoom(Workflow workflow) {
    if (limits.isAsked() && wantsCard(workflow)) {
      List<String> over = new ArrayList<>();
      // A card without figures counts as free.
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
   * The load ratio without one task for each slot in use. Further jobs wait for a slot anyway, so
   * refusing them because of the programs of this server would gain nothing.
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

  /** The share of open files in the limit: of this process, or of the whole machine. */
  private static final class OpenFiles {
    private final Path proc;

    OpenFiles(Path proc) {
      this.proc = proc;
    }

    /** 0 to 1, the greater of both; negative when neither is known. */
    double ratio() {
      return Math.max(machine(), process());
    }

    private static double process() {
      return ManagementFactory.getOperatingSystemMXBean()
              instanceof UnixOperatingSystemMXBean system
          ? ratio(system.getOpenFileDescriptorCount(), system.getMaxFileDescriptorCount())
          : -1;
    }

    /** Allocated files, unused allocated files, and the maximum. */
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
   * Whether tasks wait for a processor now. The load average is unsuitable: it is a minute old, and
   * counts tasks that wait for a disk.
   */
  private static final class CpuPressure {
    /** Per cent of the last ten seconds in which a task waited. */
    private static final double WAITING = 20;

    private static final Pattern LAST_TEN_SECONDS = Pattern.compile("some avg10=(\\d+\\.?\\d*) .*");

    private static final Pattern RUNNING = Pattern.compile("procs_running (\\d{1,9})");

    private final Path proc;

    CpuPressure(Path proc) {
      this.proc = proc;
    }

    /**
     * True where neither figure is available, as on other systems: then the load average decides
     * alone.
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
   * Whether mainly other processes use the processors of this machine. Load that this server and
   * its clients beside it cause is no reason to refuse their requests.
   */
  private static final class OthersShare {
    /** Share of all processors that other processes have when no further process is busy. */
    private static final double MOST = 0.75;

    /** In {@code /proc/stat}, after {@code cpu}: user, nice, system, idle, waiting for disks, … */
    private static final int IDLE = 3;

    private static final int WAITING = 4;

    /** The last two numbers, of virtual machines, are included in the first two. */
    private static final int COUNTED = 8;

    /** In {@code /proc/self/stat}, after the name and its brackets. */
    private static final int USER = 11;

    private static final int SYSTEM = 12;

    /**
     * Ticks since the start of the machine or this process.
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

    /** Call it every few seconds. */
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
        return Optional.empty(); // other format, or missing
      }
    }

    private static long[] numbers(String line) {
      return Stream.of(line.replaceFirst("^cpu", "").strip().split("\\s+"))
          .mapToLong(Long::parseLong)
          .toArray();
    }
  }
}
