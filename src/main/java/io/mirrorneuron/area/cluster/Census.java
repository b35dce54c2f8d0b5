package io.mirrorneuron.area.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.port.ClusterSummary;
import io.mirrorneuron.wire.Json;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;

/** Counts the nodes and jobs of a system summary by status. Pure. */
final class Census {
  private static final Set<String> OVER =
      Set.of("completed", "failed", "cancelled", "canceled", "stopped", "deleted");

  private Census() {}

  /**
   * {@code {available, total, by_status, items}}.
   *
   * @param summary null when unavailable
   */
  static ObjectNode nodes(ClusterSummary summary) {
    Optional<ClusterSummary> known = Optional.ofNullable(summary);
    ObjectNode nodes = counted(known, reported -> byStatus(reported.nodeStatuses()));
    nodes.set(
        "items", known.map(ClusterSummary::nodeDocuments).orElseGet(Json.MAPPER::createArrayNode));
    return nodes;
  }

  /**
   * {@code {available, total, by_status, active, active_by_status}}.
   *
   * @param summary null when unavailable
   */
  static ObjectNode jobs(ClusterSummary summary) {
    Optional<ClusterSummary> known = Optional.ofNullable(summary);
    ObjectNode jobs = counted(known, ClusterSummary::jobCounts);
    Optional<Map<String, Long>> counts = known.map(ClusterSummary::jobCounts);
    if (counts.isEmpty()) {
      jobs.putNull("active").putObject("active_by_status");
      return jobs;
    }
    Map<String, Long> active = new TreeMap<>(counts.get());
    active.keySet().removeAll(OVER);
    jobs.put("active", total(active));
    jobs.set("active_by_status", Json.MAPPER.valueToTree(active));
    return jobs;
  }

  /** The document of {@code /metrics}: the runtime's own metrics, else counts. */
  static JsonNode metrics(ClusterSummary summary) {
    if (!summary.metrics().isMissingNode()) {
      return summary.metrics();
    }
    ObjectNode metrics = Json.object();
    Map<String, Long> jobs = Objects.requireNonNullElse(summary.jobCounts(), Map.of());
    ObjectNode counted = metrics.putObject("jobs").put("total", total(jobs));
    counted.set("by_status", Json.MAPPER.valueToTree(jobs));
    metrics.putObject("nodes").put("total", summary.nodes().size());
    return metrics.put("source", "system_summary");
  }

  /**
   * @param statuses null when unknown; the result is then null, too
   */
  static Map<String, Long> byStatus(List<String> statuses) {
    if (statuses == null) {
      return null;
    }
    Map<String, Long> counts = new TreeMap<>();
    statuses.forEach(status -> counts.merge(status, 1L, Long::sum));
    return counts;
  }

  private static long total(Map<String, Long> counts) {
    return counts.values().stream().mapToLong(Long::longValue).sum();
  }

  private static ObjectNode counted(
      Optional<ClusterSummary> summary, Function<ClusterSummary, Map<String, Long>> counts) {
    ObjectNode counted = Json.object().put("available", summary.isPresent());
    Optional<Map<String, Long>> known = summary.map(counts);
    if (known.isEmpty()) {
      counted.putNull("total").putObject("by_status");
    } else {
      counted.put("total", total(known.get()));
      counted.set("by_status", Json.MAPPER.valueToTree(known.get()));
    }
    return counted;
  }
}
