package io.mirrorneuron.run.report;

import com.fasterxml.jackson.databind.JsonNode;
import io.mirrorneuron.run.folder.Records;
import io.mirrorneuron.run.folder.RunRecord;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * What a program of a run used at one moment.
 *
 * @param timeText when, as it was written; empty when the sample does not say
 * @param cpuPct percent of one processor; null when it was not measured, as is {@code memoryMb}
 * @param gpuPct of each graphics processor that was measured
 * @param tokens since the sample before
 * @param tellsOfModels whether it says anything of calls to language models
 */
record ResourceSample(
    String timeText,
    Double cpuPct,
    Double memoryMb,
    List<Double> gpuPct,
    List<Double> gpuMemoryMb,
    TokenUsage tokens,
    boolean tellsOfModels) {

  /** Null when the line is no record. */
  static ResourceSample parse(byte[] line) {
    RunRecord record = RunRecord.parse(line);
    return record == null ? null : of(record);
  }

  private static ResourceSample of(RunRecord record) {
    JsonNode sample = record.json();
    JsonNode llm = sample.path("llm");
    List<Double> gpuPct = new ArrayList<>();
    List<Double> gpuMemoryMb = new ArrayList<>();
    for (JsonNode device : sample.path("gpu")) {
      gpuPct.add(number(device.path("util_pct")));
      gpuMemoryMb.add(number(device.path("memory_used_mb")));
    }
    return new ResourceSample(
        record.timeText(),
        number(sample.path("cpu_pct")),
        number(sample.path("memory_rss_mb")),
        gpuPct,
        gpuMemoryMb,
        TokenUsage.ofSample(llm),
        !llm.isEmpty());
  }

  /** Null without a time. Parsed with each call, as not every reader needs it. */
  Instant time() {
    return Records.time(timeText);
  }

  private static Double number(JsonNode value) {
    return value.isNumber() ? (Double) value.asDouble() : null;
  }
}
