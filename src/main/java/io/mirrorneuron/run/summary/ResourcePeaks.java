package io.mirrorneuron.run.summary;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.run.summary.ResourceSummary.Measure;
import io.mirrorneuron.wire.Json;

/** The heights of a run's resource samples, and their tokens. */
final class ResourcePeaks {
  private final Measure memory = new Measure();
  private final Measure cpu = new Measure();
  private final Measure gpu = new Measure();
  private final Measure gpuMemory = new Measure();
  private TokenUsage tokens = TokenUsage.NONE;

  void add(byte[] line) {
    JsonNode sample = ResourceSummary.parse(line);
    memory.add(sample.path("memory_rss_mb"));
    cpu.add(sample.path("cpu_pct"));
    for (JsonNode device : sample.path("gpu")) {
      gpu.add(device.path("util_pct"));
      gpuMemory.add(device.path("memory_used_mb"));
    }
    tokens = tokens.plus(TokenUsage.ofSample(sample.path("llm")));
  }

  /** Without the members of what nobody has measured. */
  ObjectNode json() {
    ObjectNode json = Json.object();
    put(json, "max_memory_rss_mb", memory.max());
    put(json, "max_cpu_pct", cpu.max());
    put(json, "max_gpu_util_pct", gpu.max());
    put(json, "max_gpu_memory_used_mb", gpuMemory.max());
    return json;
  }

  /**
   * The tokens of the run. A program that reports its calls in samples and in events reports the
   * same calls twice, so one of the two counts: samples, when there are any.
   */
  TokenUsage tokens(TokenUsage ofEvents) {
    return tokens.equals(TokenUsage.NONE) ? ofEvents : tokens;
  }

  private static void put(ObjectNode json, String name, Double value) {
    if (value != null) {
      json.put(name, value);
    }
  }
}
