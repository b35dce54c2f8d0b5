package io.mirrorneuron.runtime.cluster;

import io.mirrorneuron.runtime.cluster.Hardware.Gpu;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * {@code nvidia-smi}. Its whole log says what the cards are and costs a second for eight of them,
 * so it is read when the cards change and every five minutes; a short query says how they do. What
 * the instances of a divided card (MIG) do is only in the log, so there it is read each time.
 */
final class NvidiaSmi implements GpuTool {
  private static final Duration KEEP_LOG = Duration.ofMinutes(5);

  private static final String QUERY =
      "--query-gpu=uuid,memory.total,memory.used,memory.free," + "utilization.gpu";

  private final Clock clock;
  private NvidiaLog log;
  private Instant logAt = Instant.MIN;

  NvidiaSmi(Clock clock) {
    this.clock = clock;
  }

  @Override
  public String program() {
    return "nvidia-smi";
  }

  @Override
  public Duration keep() {
    return Duration.ofSeconds(5);
  }

  @Override
  public List<Gpu> ask(ToolRun run) throws IOException, InterruptedException {
    if (log != null && !log.isDivided() && clock.instant().isBefore(logAt.plus(KEEP_LOG))) {
      Map<String, Use> uses = uses(run.output(QUERY, "--format=csv,noheader,nounits"));
      List<Gpu> gpus = log.gpus();
      if (uses.keySet().equals(Gpus.ids(gpus))) {
        return gpus.stream().map(gpu -> uses.get(gpu.id()).of(gpu)).toList();
      }
    }
    log = null;
    NvidiaLog read = NvidiaLog.read(run.output("-q", "-x"));
    log = read.isDivided() ? read.named(run.output("-L")) : read;
    logAt = clock.instant();
    return log.gpus();
  }

  /** What a card is used for now. */
  record Use(long totalMegabytes, long usedMegabytes, long freeMegabytes, double utilization) {
    Gpu of(Gpu gpu) {
      return new Gpu(
          gpu.id(),
          gpu.index(),
          gpu.name(),
          gpu.software(),
          totalMegabytes,
          usedMegabytes,
          freeMegabytes,
          utilization);
    }
  }

  /** By the id of the card; lines that are no answer are left out. */
  static Map<String, Use> uses(String csv) {
    Map<String, Use> uses = new HashMap<>();
    for (String line : csv.lines().toList()) {
      String[] cells = line.strip().split("\\s*,\\s*");
      if (cells.length == 5) {
        uses.put(
            cells[0],
            new Use(
                ToolAmounts.megabytes(cells[1]),
                ToolAmounts.megabytes(cells[2]),
                ToolAmounts.megabytes(cells[3]),
                ToolAmounts.ratio(cells[4])));
      }
    }
    return uses;
  }
}
