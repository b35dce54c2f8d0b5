package io.mirrorneuron.runtime.cluster;

import java.util.List;

/**
 * What one machine has and how much of it is in use. Sizes are bytes unless their name says
 * otherwise.
 *
 * @param family {@code unix} or {@code windows}
 * @param os {@code linux}, {@code darwin}, …
 */
public record Hardware(
    String family, String os, Cpu cpu, Memory memory, Disk disk, List<Gpu> gpus) {
  public Hardware {
    gpus = List.copyOf(gpus);
  }

  /**
   * @param loadAverage1m runnable tasks averaged over a minute; negative when unknown
   */
  public record Cpu(
      int logicalProcessors, String architecture, String model, double loadAverage1m) {}

  public record Memory(long totalBytes, long availableBytes) {
    public long usedBytes() {
      return totalBytes - availableBytes;
    }
  }

  /** The file system that holds the runtime's data. */
  public record Disk(long totalBytes, long availableBytes) {}

  /**
   * @param utilization 0 to 1; negative when unknown
   */
  public record Gpu(
      String id,
      int index,
      String name,
      String driverVersion,
      long totalMegabytes,
      long usedMegabytes,
      long freeMegabytes,
      double utilization) {
    /** Of all that are found, as long as others are not looked for. */
    public static final String VENDOR = "nvidia";

    /** Also what such devices are capable of. */
    public static final String DRIVER = "cuda";
  }

  /** Rounded to two decimals, as reports show sizes. */
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
