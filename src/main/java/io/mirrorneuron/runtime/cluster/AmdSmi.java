package io.mirrorneuron.runtime.cluster;

import io.mirrorneuron.runtime.cluster.Gpus.GpuTool;
import io.mirrorneuron.runtime.cluster.Hardware.Gpu;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * {@code amd-smi}, where the older {@code rocm-smi} is missing. Its answers are lists of cards,
 * since version 26 within an object.
 */
final class AmdSmi implements GpuTool {
  private final Path rocm;

  /**
   * @param rocm installation folder of ROCm, which contains its version
   */
  AmdSmi(Path rocm) {
    this.rocm = rocm;
  }

  @Override
  public String program() {
    return "amd-smi";
  }

  @Override
  public Duration keep() {
    return Duration.ofSeconds(5);
  }

  @Override
  public List<Gpu> ask(ToolRun run) throws IOException, InterruptedException {
    return read(
        run.output("static", "--asic", "--bus", "--driver", "--vram", "--json"),
        run.output("metric", "--usage", "--mem-usage", "--json"),
        AmdSoftware.version(rocm));
  }

  private record Static(int gpu, Asic asic, Bus bus, Driver driver, Vram vram) {}

  private record Asic(String marketName, String asicSerial, String targetGraphicsVersion) {}

  private record Bus(String bdf) {}

  private record Driver(String version) {}

  private record Vram(Amount size) {}

  private record Metric(int gpu, Usage usage, Memory memUsage) {}

  private record Usage(Amount gfxActivity) {}

  private record Memory(Amount totalVram, Amount usedVram, Amount freeVram) {}

  /**
   * @param value megabytes or per cent; null when unknown
   */
  private record Amount(Long value) {}

  /**
   * @param version of ROCm; null when unknown
   */
  static List<Gpu> read(String statics, String metrics, String version) throws IOException {
    Map<Integer, Metric> measured =
        metrics(metrics).stream()
            .collect(Collectors.toMap(Metric::gpu, Function.identity(), (one, other) -> one));
    List<Gpu> gpus = new ArrayList<>();
    for (Static card : statics(statics)) {
      gpus.add(gpu(card, measured.get(card.gpu()), version));
    }
    return gpus;
  }

  private record Statics(List<Static> gpuData) {}

  private record OlderStatics(List<Static> printed) {}

  private static List<Static> statics(String printed) throws IOException {
    return PrintedJson.isObject(printed)
        ? PrintedJson.object(printed, Statics.class).gpuData()
        : PrintedJson.whole(printed, OlderStatics.class).printed();
  }

  private record Metrics(List<Metric> gpuData) {}

  private record OlderMetrics(List<Metric> printed) {}

  private static List<Metric> metrics(String printed) throws IOException {
    return PrintedJson.isObject(printed)
        ? PrintedJson.object(printed, Metrics.class).gpuData()
        : PrintedJson.whole(printed, OlderMetrics.class).printed();
  }

  private static Gpu gpu(Static card, Metric metric, String version) {
    Asic asic = card.asic();
    Memory memory = metric == null ? null : metric.memUsage();
    long total = memory == null ? -1 : megabytes(memory.totalVram());
    if (total < 0 && card.vram() != null) {
      total = megabytes(card.vram().size());
    }
    long used = memory == null ? -1 : megabytes(memory.usedVram());
    long free = memory == null ? -1 : megabytes(memory.freeVram());
    boolean isDerived = free < 0 && total >= 0 && used >= 0;
    String name = asic == null ? null : Gpus.reported(asic.marketName());
    return new Gpu(
        AmdSoftware.id(
            asic == null ? null : asic.asicSerial(),
            card.bus() == null ? null : card.bus().bdf(),
            card.gpu()),
        card.gpu(),
        name == null ? "AMD GPU" : name,
        AmdSoftware.of(
            card.driver() == null ? null : card.driver().version(),
            version,
            asic == null ? null : asic.targetGraphicsVersion()),
        total,
        used,
        isDerived ? total - used : free,
        metric == null || metric.usage() == null ? -1 : ratio(metric.usage().gfxActivity()));
  }

  private static long megabytes(Amount amount) {
    return amount == null || amount.value() == null ? -1 : amount.value();
  }

  private static double ratio(Amount amount) {
    return amount == null || amount.value() == null ? -1 : amount.value() / 100.0;
  }
}
