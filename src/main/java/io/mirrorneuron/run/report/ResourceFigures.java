package io.mirrorneuron.run.report;

/** Averages and heights of what samples measured, and the tokens that they tell of. */
final class ResourceFigures {
  final Measure cpu = new Measure();
  final Measure memory = new Measure();
  final Measure gpu = new Measure();
  final Measure gpuMemory = new Measure();
  TokenUsage tokens = TokenUsage.NONE;
  long samples;

  void add(ResourceSample sample) {
    samples++;
    cpu.add(sample.cpuPct());
    memory.add(sample.memoryMb());
    sample.gpuPct().forEach(gpu::add);
    sample.gpuMemoryMb().forEach(gpuMemory::add);
    tokens = tokens.plus(sample.tokens());
  }

  /** Average and height of numbers, to two digits; null when there was none. */
  static final class Measure {
    private double sum;
    private double max = Double.NEGATIVE_INFINITY;
    private long count;

    /**
     * @param value null for what was not measured; it is not counted
     */
    void add(Double value) {
      if (value != null) {
        sum += value;
        max = Math.max(max, value);
        count++;
      }
    }

    Double average() {
      return count == 0 ? null : rounded(sum / count);
    }

    Double max() {
      return count == 0 ? null : rounded(max);
    }

    private static double rounded(double value) {
      return Math.round(value * 100) / 100.0;
    }
  }
}
