package io.mirrorneuron.area.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import io.vertx.core.buffer.Buffer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The numbers of a system summary as metrics. A summary may come from a runtime elsewhere, so there
 * is no registry in which this process counts. Pure.
 */
final class SummaryMetrics {
  private static final PrometheusTextFormatWriter TEXT =
      PrometheusTextFormatWriter.builder().build();
  private static final List<String> POOL_MEASURES =
      List.of("capacity", "in_use", "available", "queued");

  private SummaryMetrics() {}

  /** In the Prometheus text format: sorted by name, none without a value. */
  static Buffer prometheus(ObjectNode summary) {
    MetricSnapshots.Builder metrics =
        MetricSnapshots.builder()
            .metricSnapshot(byStatus("mn_jobs", "Jobs by status.", summary, "jobs"))
            .metricSnapshot(byStatus("mn_nodes", "Nodes by status.", summary, "nodes"));
    for (String measure : POOL_MEASURES) {
      metrics.metricSnapshot(pools(measure, summary));
    }
    ByteArrayOutputStream text = new ByteArrayOutputStream();
    try {
      TEXT.write(text, metrics.build());
    } catch (IOException e) {
      throw new UncheckedIOException("memory takes what is written", e);
    }
    return Buffer.buffer(text.toByteArray());
  }

  private static GaugeSnapshot byStatus(String name, String help, ObjectNode summary, String list) {
    Map<Labels, Integer> values = new LinkedHashMap<>();
    ArrayNode items = Census.items(summary, list);
    if (items != null) {
      Census.byStatus(items)
          .forEach((status, count) -> values.put(Labels.of("status", status), count));
    }
    return gauge(name, help, values);
  }

  private static GaugeSnapshot pools(String measure, ObjectNode summary) {
    Map<Labels, Integer> values = new LinkedHashMap<>();
    ArrayNode nodes = Census.items(summary, "nodes");
    if (nodes != null) {
      for (JsonNode node : nodes) {
        for (Map.Entry<String, JsonNode> pool : node.path("executor_pools").properties()) {
          Labels labels = Labels.of("node", node.path("name").asText(), "pool", pool.getKey());
          values.put(labels, pool.getValue().path(measure).asInt());
        }
      }
    }
    return gauge("mn_executor_pool_" + measure, "Executor slots: " + measure + ".", values);
  }

  /**
   * @param values by labels, as no two values of a metric may have the same
   */
  private static GaugeSnapshot gauge(String name, String help, Map<Labels, Integer> values) {
    GaugeSnapshot.Builder gauge = GaugeSnapshot.builder().name(name).help(help);
    values.forEach(
        (labels, value) ->
            gauge.dataPoint(GaugeDataPointSnapshot.builder().labels(labels).value(value).build()));
    return gauge.build();
  }
}
