package io.mirrorneuron.runtime.exec.meter;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.runtime.port.Execution;
import io.mirrorneuron.wire.Json;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** A line of {@code resources.jsonl}: what one program used, {@code resource_sample.v1}. */
final class SampleRecord {
  private static final double MEGABYTE = 1 << 20;

  /**
   * What a program used until now.
   *
   * @param cpuShare percent of one processor
   * @param cpu in all
   * @param bytes of resident memory; 0 when that is not known
   */
  record Usage(int pid, double cpuShare, Duration cpu, long bytes) {}

  private SampleRecord() {}

  static ObjectNode of(
      Execution execution, Usage usage, List<SampleSink.Gpu> gpus, Instant instant) {
    ObjectNode sample =
        Json.object()
            .put("schema", "mn.blueprint.resource_sample.v1")
            .put("ts", Json.timestamp(instant))
            .put("run_id", execution.runId())
            .put("job_id", execution.jobId())
            .put("component", "executor:" + execution.agentId())
            .put("agent_id", execution.agentId())
            .put("attempt", execution.attempt())
            .put("pid", usage.pid())
            .put("cpu_pct", rounded(usage.cpuShare(), 100))
            .put("cpu_seconds", rounded(usage.cpu().toNanos() / 1e9, 1e6));
    if (usage.bytes() > 0) {
      sample.put("memory_rss_mb", rounded(usage.bytes() / MEGABYTE, 100));
    }
    JsonNode step = execution.workflow().get("step_id");
    if (step != null) {
      sample.set("step_id", step);
    }
    gpus.forEach(gpu -> add(sample.withArray("gpu"), gpu));
    return sample;
  }

  private static void add(ArrayNode list, SampleSink.Gpu gpu) {
    ObjectNode one = list.addObject().put("index", gpu.index());
    if (gpu.utilPct() >= 0) {
      one.put("util_pct", rounded(gpu.utilPct(), 100));
    }
    one.put("memory_used_mb", gpu.memoryUsedMb());
  }

  private static double rounded(double value, double unit) {
    return Math.round(value * unit) / unit;
  }
}
