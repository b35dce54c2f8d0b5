package io.mirrorneuron.area.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.wire.Json;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Counts the nodes and jobs of a system summary by status. Pure. */
final class Census {
  private static final Set<String> OVER =
      Set.of("completed", "failed", "cancelled", "canceled", "stopped", "deleted");

  private Census() {}

  /** {@code {available, total, by_status, items}}; the summary is null when it cannot be had. */
  static ObjectNode nodes(ObjectNode summary) {
    ObjectNode nodes = counted(summary, "nodes");
    nodes.set(
        "items",
        items(summary, "nodes") == null ? Json.MAPPER.createArrayNode() : items(summary, "nodes"));
    return nodes;
  }

  /** {@code {available, total, by_status, active, active_by_status}}. */
  static ObjectNode jobs(ObjectNode summary) {
    ObjectNode jobs = counted(summary, "jobs");
    ArrayNode items = items(summary, "jobs");
    if (items == null) {
      jobs.putNull("active").putObject("active_by_status");
      return jobs;
    }
    Map<String, Integer> active = byStatus(items);
    active.keySet().removeAll(OVER);
    jobs.put("active", active.values().stream().mapToInt(Integer::intValue).sum());
    jobs.set("active_by_status", Json.MAPPER.valueToTree(active));
    return jobs;
  }

  /** What {@code /metrics} says: the runtime's own metrics, else counts. */
  static JsonNode metrics(ObjectNode summary) {
    if (summary.has("metrics")) {
      return summary.get("metrics");
    }
    ObjectNode metrics = Json.object();
    ArrayNode jobs = items(summary, "jobs");
    ArrayNode nodes = items(summary, "nodes");
    ObjectNode counted = metrics.putObject("jobs").put("total", jobs == null ? 0 : jobs.size());
    counted.set("by_status", Json.MAPPER.valueToTree(jobs == null ? Map.of() : byStatus(jobs)));
    metrics.putObject("nodes").put("total", nodes == null ? 0 : nodes.size());
    return metrics.put("source", "system_summary");
  }

  static Map<String, Integer> byStatus(ArrayNode items) {
    Map<String, Integer> counts = new TreeMap<>();
    items.forEach(item -> counts.merge(status(item), 1, Integer::sum));
    return counts;
  }

  /** A list, or the list within an object; null when there is neither. */
  static ArrayNode items(ObjectNode summary, String name) {
    JsonNode found = summary == null ? null : summary.get(name);
    if (found instanceof ObjectNode object) {
      found = object.has("data") ? object.get("data") : object.get("items");
    }
    return found instanceof ArrayNode array ? array : null;
  }

  private static ObjectNode counted(ObjectNode summary, String name) {
    ArrayNode items = items(summary, name);
    ObjectNode counted = Json.object().put("available", summary != null);
    if (items == null) {
      counted.putNull("total").putObject("by_status");
    } else {
      counted.put("total", items.size());
      counted.set("by_status", Json.MAPPER.valueToTree(byStatus(items)));
    }
    return counted;
  }

  private static String status(JsonNode item) {
    for (String name : new String[] {"status", "state", "health"}) {
      JsonNode value = item.path(name);
      JsonNode text =
          value.isObject()
              ? (value.has("status") ? value.get("status") : value.path("state"))
              : value;
      if (text.isTextual() && !text.textValue().isBlank()) {
        return text.textValue();
      }
    }
    return "unknown";
  }
}
