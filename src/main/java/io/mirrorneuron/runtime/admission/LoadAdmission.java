package io.mirrorneuron.runtime.admission;

import io.mirrorneuron.config.LoadLimits;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.runtime.cluster.GpuInventory;
import io.mirrorneuron.runtime.cluster.Hardware;
import io.mirrorneuron.runtime.cluster.HardwareProbe;
import io.mirrorneuron.runtime.exec.LocalExecutions;
import io.mirrorneuron.runtime.exec.pool.PoolUsage;
import io.mirrorneuron.runtime.manifest.graph.RequirementReader;
import io.mirrorneuron.runtime.port.LoadGate;
import io.mirrorneuron.runtime.port.Timers;
import io.mirrorneuron.runtime.workflow.Workflow;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.IntSupplier;
import java.util.function.Supplier;

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
  private Optional<String> told = Optional.empty(); // guarded by this
  private long toldAt = System.nanoTime() - FRESH_NANOS; // guarded by this

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
    if (System.nanoTime() - toldAt >= FRESH_NANOS) {
      told =
          processors(hardware.get().cpu()).stream()
              .findFirst()
              .map("others use its processors: %s (max_cpu_load_ratio)"::formatted);
      toldAt = System.nanoTime();
    }
    return told;
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
}
