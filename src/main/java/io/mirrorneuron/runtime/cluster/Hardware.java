package io.mirrorneuron.runtime.cluster;

import io.mirrorneuron.runtime.workflow.UpdatePolicy.Versions;
import java.util.List;
import java.util.OptionalInt;

/**
 * Capacity and present use of one machine. Sizes are bytes unless their name says otherwise.
 *
 * @param family {@code unix} or {@code windows}
 * @param os {@code linux}, {@code darwin}, …
 * @param problems why some cards may be unknown; a sentence each
 */
public record Hardware(
    String family,
    String os,
    Cpu cpu,
    Memory memory,
    Disk disk,
    List<Gpu> gpus,
    List<String> problems) {
  public Hardware {
    gpus = List.copyOf(gpus);
    problems = List.copyOf(problems);
  }

  /** A machine whose cards are all known. */
  public Hardware(String family, String os, Cpu cpu, Memory memory, Disk disk, List<Gpu> gpus) {
    this(family, os, cpu, memory, disk, gpus, List.of());
  }

  /**
   * @param logicalProcessors that this process may use
   * @param loadAverage1m runnable tasks of the machine averaged over a minute; negative when
   *     unknown
   * @param machineProcessors all processors of the machine, which may be more
   */
  public record Cpu(
      int logicalProcessors,
      String architecture,
      String model,
      double loadAverage1m,
      int machineProcessors) {

    /** A machine all of whose processors may be used. */
    public Cpu(int logicalProcessors, String architecture, String model, double loadAverage1m) {
      this(logicalProcessors, architecture, model, loadAverage1m, logicalProcessors);
    }

    /** Runnable tasks per processor; negative when unknown. */
    public double loadRatio() {
      return loadAverage1m < 0 ? -1 : loadAverage1m / Math.max(1, machineProcessors);
    }
  }

  public record Memory(long totalBytes, long availableBytes) {
    public long usedBytes() {
      return totalBytes - availableBytes;
    }
  }

  /** The file system that holds the runtime's data. */
  public record Disk(long totalBytes, long availableBytes) {}

  /**
   * A compute device. Unknown values are negative.
   *
   * @param id as used by its vendor's tools
   * @param name of the model, for people
   * @param utilization 0 to 1
   */
  public record Gpu(
      String id,
      int index,
      String name,
      Software software,
      long totalMegabytes,
      long usedMegabytes,
      long freeMegabytes,
      double utilization) {

    /** The memory compared with demands: free memory if known, else all. */
    public long offeredMegabytes() {
      return freeMegabytes < 0 ? totalMegabytes : freeMegabytes;
    }
  }

  /**
   * The vendor of a device and its programming interface. Each text is null when unknown.
   *
   * @param vendor {@code nvidia}, {@code amd}, {@code apple}
   * @param driver {@code cuda}, {@code rocm}, {@code metal}
   * @param api used by programs; mostly named like the driver
   * @param apiVersion the newest that the driver supports, as numbers with dots
   * @param capabilities that demands may name, in lower case
   */
  public record Software(
      String vendor,
      String driver,
      String driverVersion,
      String api,
      String apiVersion,
      List<String> capabilities) {
    public Software {
      capabilities = List.copyOf(capabilities);
    }

    public static Software cuda(String driverVersion, String apiVersion) {
      return new Software("nvidia", "cuda", driverVersion, "cuda", apiVersion, List.of("cuda"));
    }

    /**
     * Compares versions number by number: 12.4 is newer than 9.2, and 12 equals 12.0.
     *
     * @return negative when the API is older, 0 when equal; empty when one of them is unknown or
     *     not a version
     */
    public OptionalInt apiComparedTo(String version) {
      return Versions.compare(apiVersion, version);
    }
  }

  /** Rounded to two decimals, as in reports. */
  public static double gigabytes(long bytes) {
    return rounded(bytes / (1024.0 * 1024 * 1024));
  }

  public static long megabytes(long bytes) {
    return bytes / (1024 * 1024);
  }

  static double rounded(double value) {
    return Math.round(value * 100) / 100.0;
  }
}
