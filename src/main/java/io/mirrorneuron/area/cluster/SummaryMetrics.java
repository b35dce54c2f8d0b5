package io.mirrorneuron.area.cluster;

import io.mirrorneuron.model.Build;
import io.mirrorneuron.port.ClusterNode;
import io.mirrorneuron.port.ClusterNode.Pool;
import io.mirrorneuron.port.ClusterSummary;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.InfoSnapshot;
import io.prometheus.metrics.model.snapshots.InfoSnapshot.InfoDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import io.vertx.core.buffer.Buffer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.ToIntFunction;

/**
 * The numbers of a system summary as metrics. A summary may come from a runtime elsewhere, so there
 * is no registry in which this process counts. Pure.
 */
final class SummaryMetrics {
  private static final PrometheusTextFormatWriter TEXT =
      PrometheusTextFormatWriter.builder().build();

  private SummaryMetrics() {}

  /** In the Prometheus text format: sorted by name, none without a value. */
  static Buffer prometheus(ClusterSummary summary) {
    MetricSnapshots metrics =
        MetricSnapshots.builder()
            .metricSnapshot(byStatus("mn_jobs", "Jobs by status.", summary.jobCounts()))
            .metricSnapshot(
                byStatus("mn_nodes", "Nodes by status.", Census.byStatus(summary.nodeStatuses())))
            .metricSnapshot(builds(summary))
            .metricSnapshot(pools("capacity", summary, Pool::capacity))
            .metricSnapshot(pools("in_use", summary, Pool::inUse))
            .metricSnapshot(pools("available", summary, Pool::available))
            .metricSnapshot(pools("queued", summary, Pool::queued))
            .metricSnapshot(scheduleTimes(summary))
            .build();
    ByteArrayOutputStream text = new ByteArrayOutputStream();
    try {
      TEXT.write(text, metrics);
    } catch (IOException e) {
      throw new UncheckedIOException("memory takes what is written", e);
    }
    return Buffer.buffer(text.toByteArray());
  }

  /**
   * @param counts null when there are none
   */
  private static GaugeSnapshot byStatus(String name, String help, Map<String, Long> counts) {
    Map<Labels, Long> values = new LinkedHashMap<>();
    if (counts != null) {
      counts.forEach((status, count) -> values.put(Labels.of("status", status), count));
    }
    return gauge(name, help, values);
  }

  /** By node, so that a rolling upgrade can be watched. */
  private static InfoSnapshot builds(ClusterSummary summary) {
    Map<String, Labels> labels = new LinkedHashMap<>();
    for (ClusterNode node : summary.nodes()) {
      Build build = node.build();
      if (build != null) {
        labels.put(
            node.name(),
            Labels.of(
                "node", node.name(),
                "version", build.version(),
                "commit", Objects.requireNonNullElse(build.commit(), ""),
                "build_date", Objects.requireNonNullElse(build.date(), "")));
      }
    }
    InfoSnapshot.Builder info =
        InfoSnapshot.builder().name("mn_build").help("Program of each node.");
    labels
        .values()
        .forEach(each -> info.dataPoint(InfoDataPointSnapshot.builder().labels(each).build()));
    return info.build();
  }

  /** Counts since the start of each node; what a node has told is told by no other. */
  private static CounterSnapshot scheduleTimes(ClusterSummary summary) {
    Map<Labels, Long> values = new LinkedHashMap<>();
    for (ClusterNode node : summary.nodes()) {
      node.scheduleTimes()
          .forEach(
              (outcome, count) ->
                  values.put(Labels.of("node", node.name(), "outcome", outcome), count));
    }
    CounterSnapshot.Builder counter =
        CounterSnapshot.builder()
            .name("mn_schedule_times")
            .help("Times at which schedules made no job, or made it late, by what became of them.");
    values.forEach(
        (labels, value) ->
            counter.dataPoint(
                CounterDataPointSnapshot.builder().labels(labels).value(value).build()));
    return counter.build();
  }

  private static GaugeSnapshot pools(
      String measure, ClusterSummary summary, ToIntFunction<Pool> count) {
    Map<Labels, Long> values = new LinkedHashMap<>();
    for (ClusterNode node : summary.nodes()) {
      node.pools()
          .forEach(
              (pool, slots) ->
                  values.put(
                      Labels.of("node", node.name(), "pool", pool),
                      (long) count.applyAsInt(slots)));
    }
    return gauge("mn_executor_pool_" + measure, "Executor slots: " + measure + ".", values);
  }

  /**
   * @param values by labels, as no two values of a metric may have the same
   */
  private static GaugeSnapshot gauge(String name, String help, Map<Labels, Long> values) {
    GaugeSnapshot.Builder gauge = GaugeSnapshot.builder().name(name).help(help);
    values.forEach(
        (labels, value) ->
            gauge.dataPoint(GaugeDataPointSnapshot.builder().labels(labels).value(value).build()));
    return gauge.build();
  }
}
