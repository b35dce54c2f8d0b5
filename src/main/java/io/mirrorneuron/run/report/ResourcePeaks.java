package io.mirrorneuron.run.report;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.wire.Json;

/** The heights of a run's resource samples, and their tokens. */
final class ResourcePeaks {
  private final ResourceFigures figures = new ResourceFigures();

  void add(byte[] line) {
    ResourceSample sample = ResourceSample.parse(line);
    if (sample != null) {
      figures.add(sample);
    }
  }

  /** Without the members of what nobody has measured. */
  ObjectNode json() {
    ObjectNode json = Json.object();
    put(json, "max_memory_rss_mb", figures.memory.max());
    put(json, "max_cpu_pct", figures.cpu.max());
    put(json, "max_gpu_util_pct", figures.gpu.max());
    put(json, "max_gpu_memory_used_mb", figures.gpuMemory.max());
    return json;
  }

  /**
   * The tokens of the run. A program that reports its calls in samples and in events reports the
   * same calls twice, so one of the two counts: samples, when there are any.
   */
  TokenUsage tokens(TokenUsage ofEvents) {
    return figures.tokens.equals(TokenUsage.NONE) ? ofEvents : figures.tokens;
  }

  private static void put(ObjectNode json, String name, Double value) {
    if (value != null) {
      json.put(name, value);
    }
  }
}
