package io.mirrorneuron.runtime.admission;

import io.mirrorneuron.config.LoadLimits;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.runtime.cluster.GpuInventory;
import io.mirrorneuron.runtime.cluster.Hardware;
import io.mirrorneuron.runtime.cluster.HardwareProbe;
import io.mirrorneuron.runtime.exec.pool.PoolUsage;
import io.mirrorneuron.runtime.exec.pool.ProgramCapacity;
import io.mirrorneuron.runtime.manifest.graph.RequirementReader;
import io.mirrorneuron.runtime.port.Timers;
import io.mirrorneuron.runtime.workflow.Workflow;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.IntSupplier;
import java.util.function.Supplier;

/**
 * Refuses new work while this machine has too much to do; docs/adr/0029 says by what that is
 * measured. Both doors ask before anything is stored. What runs goes on, and recovery, changes of
 * jobs that are there, and probes of health are never refused. Cheap and thread-safe.
 */
public final class LoadAdmission {
  private static final String OVERLOADED = "resource_overloaded";

  /** The load of the last ten seconds decides, so asking sooner is of little use. */
  private static final long RETRY_MS = 10_000;

  private static final long LOOK_MS = 5_000;

  private final LoadLimits limits;
  private final Supplier<Hardware> hardware;
  private final IntSupplier programs;
  private final CpuPressure pressure;
  private final OpenFiles files;
  private final OthersShare others;

  /**
   * @param programs how many slots the programs of this server hold, which its pools have let in
   * @param proc where the kernel tells of itself
   */
  public LoadAdmission(
      LoadLimits limits, Supplier<Hardware> hardware, IntSupplier programs, Path proc) {
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
   * @param programs what the programs of this server hold
   */
  public static LoadAdmission of(
      LoadLimits limits,
      Path data,
      GpuInventory gpus,
      Supplier<ProgramCapacity> programs,
      Clock clock) {
    return new LoadAdmission(
        limits,
        new HardwareProbe(data, gpus, clock),
        () -> programs.get().pools().stream().mapToInt(PoolUsage::inUse).sum(),
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
    if (limits.isAsked()) {
      refuse(overload());
    }
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

  private List<String> overload() {
    Hardware machine = hardware.get();
    List<String> over = new ArrayList<>();
    double cpu = foreignLoad(machine.cpu());
    if (cpu > limits.cpu()
        && pressure.isWaitedFor(machine.cpu().machineProcessors())
        && others.isMost()) {
      add(over, "cpu", cpu, limits.cpu());
    }
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
        : Math.max(0, cpu.loadRatio() - (double) programs.getAsInt() / cpu.machineProcessors());
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
