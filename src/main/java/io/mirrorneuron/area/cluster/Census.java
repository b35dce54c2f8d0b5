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
   * @param summary null when it cannot be had
   */
  static ObjectNode nodes(ClusterSummary summary) {
    Optional<ClusterSummary> known = Optional.ofNullable(summary);
    ObjectNode nodes = counted(known, ClusterSummary::nodeStatuses);
    nodes.set(
        "items", known.map(ClusterSummary::nodeDocuments).orElseGet(Json.MAPPER::createArrayNode));
    return nodes;
  }

  /**
   * {@code {available, total, by_status, active, active_by_status}}.
   *
   * @param summary null when it cannot be had
   */
  static ObjectNode jobs(ClusterSummary summary) {
    Optional<ClusterSummary> known = Optional.ofNullable(summary);
    ObjectNode jobs = counted(known, ClusterSummary::jobStatuses);
    Optional<List<String>> statuses = known.map(ClusterSummary::jobStatuses);
    if (statuses.isEmpty()) {
      jobs.putNull("active").putObject("active_by_status");
      return jobs;
    }
    Map<String, Integer> active = byStatus(statuses.get());
    active.keySet().removeAll(OVER);
    jobs.put("active", active.values().stream().mapToInt(Integer::intValue).sum());
    jobs.set("active_by_status", Json.MAPPER.valueToTree(active));
    return jobs;
  }

  /** What {@code /metrics} says: the runtime's own metrics, else counts. */
  static JsonNode metrics(ClusterSummary summary) {
    if (!summary.metrics().isMissingNode()) {
      return summary.metrics();
    }
    ObjectNode metrics = Json.object();
    List<String> jobs = Objects.requireNonNullElse(summary.jobStatuses(), List.of());
    ObjectNode counted = metrics.putObject("jobs").put("total", jobs.size());
    counted.set("by_status", Json.MAPPER.valueToTree(byStatus(jobs)));
    metrics.putObject("nodes").put("total", summary.nodes().size());
    return metrics.put("source", "system_summary");
  }

  static Map<String, Integer> byStatus(List<String> statuses) {
    Map<String, Integer> counts = new TreeMap<>();
    statuses.forEach(status -> counts.merge(status, 1, Integer::sum));
    return counts;
  }

  private static ObjectNode counted(
      Optional<ClusterSummary> summary, Function<ClusterSummary, List<String>> statuses) {
    ObjectNode counted = Json.object().put("available", summary.isPresent());
    Optional<List<String>> known = summary.map(statuses);
    if (known.isEmpty()) {
      counted.putNull("total").putObject("by_status");
    } else {
      counted.put("total", known.get().size());
      counted.set("by_status", Json.MAPPER.valueToTree(byStatus(known.get())));
    }
    return counted;
  }
}
