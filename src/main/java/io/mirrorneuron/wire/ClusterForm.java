package io.mirrorneuron.wire;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.model.Build;
import io.mirrorneuron.port.ClusterSummary;
import io.mirrorneuron.port.ClusterSummary.ClusterNode;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Reads the summary of a cluster, {@code grpc.md} section 5, from any runtime: members that are
 * absent or of another type count as missing.
 */
public final class ClusterForm {
  private ClusterForm() {}

  /**
   * @param executorPools by name
   * @param scheduleTimes by outcome
   */
  private record Node(
      String name,
      String status,
      boolean schedulingEligible,
      Map<String, ClusterNode.Pool> executorPools,
      Map<String, Long> scheduleTimes,
      Hardware hardware,
      String version,
      String commit,
      String buildDate) {}

  private record Hardware(Cpu cpu, Memory memory) {}

  private record Cpu(Long logicalProcessors) {}

  private record Memory(Long availableMb) {}

  public static ClusterSummary read(ObjectNode json) {
    ArrayNode nodes = items(json.get("nodes"));
    ArrayNode jobs = items(json.get("jobs"));
    return new ClusterSummary(
        nodes == null ? List.of() : Json.elements(nodes).map(ClusterForm::node).toList(),
        nodes == null ? Json.MAPPER.createArrayNode() : nodes,
        statuses(nodes),
        counts(json.path("metrics"), jobs),
        json.path("metrics"),
        json);
  }

  /** A list, or the list within an object; null when it is neither. */
  private static ArrayNode items(JsonNode listing) {
    JsonNode found = listing;
    if (found instanceof ObjectNode object) {
      found = object.has("data") ? object.get("data") : object.get("items");
    }
    return found instanceof ArrayNode items ? items : null;
  }

  private record Metrics(JobMetrics jobs) {}

  private record JobMetrics(ObjectNode byStatus) {}

  /** The runtime's own counts; else counts of its rows. */
  private static Map<String, Long> counts(JsonNode metrics, ArrayNode jobs) {
    JobMetrics reported = LenientJson.read(metrics, Metrics.class).jobs;
    if (reported != null && reported.byStatus != null) {
      Map<String, Long> counts = new TreeMap<>();
      reported
          .byStatus
          .properties()
          .forEach(status -> counts.put(status.getKey(), status.getValue().asLong()));
      return counts;
    }
    return jobs == null
        ? null
        : statuses(jobs).stream()
            .collect(Collectors.groupingBy(status -> status, Collectors.counting()));
  }

  private static List<String> statuses(ArrayNode items) {
    return items == null ? null : Json.elements(items).map(ClusterForm::status).toList();
  }

  /** Status of a node or a job; {@code unknown} when it has none. */
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

  private static ClusterNode node(JsonNode json) {
    Node reported = LenientJson.read(json, Node.class);
    Cpu cpu = reported.hardware == null ? null : reported.hardware.cpu;
    Memory memory = reported.hardware == null ? null : reported.hardware.memory;
    return new ClusterNode(
        Objects.requireNonNullElse(reported.name, ""),
        Objects.requireNonNullElse(reported.status, ""),
        reported.schedulingEligible,
        cpu == null || cpu.logicalProcessors == null ? null : cpu.logicalProcessors.intValue(),
        memory == null ? null : memory.availableMb,
        reported.executorPools,
        reported.version == null
            ? null
            : new Build(reported.version, reported.commit, reported.buildDate),
        reported.scheduleTimes);
  }
}
