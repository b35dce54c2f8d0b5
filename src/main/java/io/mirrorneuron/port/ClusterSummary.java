package io.mirrorneuron.port;

import com.fasterxml.jackson.annotation.JsonValue;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.model.Build;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The nodes of a runtime, its latest jobs and its counts. {@code wire.ClusterForm} reads it.
 *
 * @param nodes empty when the runtime lists none
 * @param nodeDocuments the nodes as they are shown; empty when the runtime lists none
 * @param nodeStatuses of each node; null when the runtime does not list its nodes
 * @param jobCounts how many of all jobs have each status, by its word; only of those that are
 *     listed where the runtime counts none; null when it does not list its jobs either
 * @param metrics the runtime's own counts; missing when it has none
 * @param json {@code {nodes, jobs, metrics, jobs_truncated?}} as the runtime wrote it, which is
 *     what clients get. Nobody changes it, so the record is immutable
 */
public record ClusterSummary(
    List<ClusterNode> nodes,
    ArrayNode nodeDocuments,
    List<String> nodeStatuses,
    Map<String, Long> jobCounts,
    JsonNode metrics,
    @JsonValue ObjectNode json) {
  public ClusterSummary {
    nodes = List.copyOf(nodes);
    nodeStatuses = nodeStatuses == null ? null : List.copyOf(nodeStatuses);
    jobCounts = jobCounts == null ? null : Collections.unmodifiableMap(new TreeMap<>(jobCounts));
  }

  /**
   * What the nodes have and how much of it the limits leave, in the JSON that the runtime wrote.
   * Nobody changes the JSON, so it is immutable.
   *
   * @param json {@code {mode, node_count, limits, combined, totals, usable, nodes}}
   */
  public record CapacityReport(@JsonValue ObjectNode json) {}

  /**
   * A node of a runtime.
   *
   * @param name empty when it has none
   * @param status empty when it tells none
   * @param takesWork whether programs may be placed on it
   * @param cpus null when nobody knows, as is {@code memoryFreeMegabytes}
   * @param pools by name, in the runtime's order
   * @param build of its program; null when it does not tell
   * @param scheduleTimes at how many times schedules made no job, or made it late, as far as this
   *     node has dealt with them since its start; by what became of them
   */
  public record ClusterNode(
      String name,
      String status,
      boolean takesWork,
      Integer cpus,
      Long memoryFreeMegabytes,
      Map<String, Pool> pools,
      Build build,
      Map<String, Long> scheduleTimes) {

    public ClusterNode {
      scheduleTimes = Collections.unmodifiableMap(new TreeMap<>(scheduleTimes));
      pools = Collections.unmodifiableMap(new LinkedHashMap<>(pools));
    }

    /** Slots for programs, and how many wait for one. */
    public record Pool(int capacity, int inUse, int available, int queued) {}
  }
}
