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
 * The nodes of a runtime, its latest jobs and its counts. Parsed by {@code wire.ClusterForm}.
 *
 * @param nodes empty when the runtime lists none
 * @param nodeDocuments JSON of the nodes; empty when the runtime lists none
 * @param nodeStatuses of each node; null when the runtime does not list its nodes
 * @param jobCounts number of jobs by status; if the runtime has no counts, of the listed jobs only;
 *     null when it does not list its jobs either
 * @param metrics the runtime's own counts; a missing node if there are none
 * @param json {@code {nodes, jobs, metrics, jobs_truncated?}} as the runtime wrote it and clients
 *     get it. Never modified, so the record is immutable
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
   * Capacity of the nodes and the share that the limits leave, as JSON written by the runtime. The
   * JSON is never modified, so the record is immutable.
   *
   * @param json {@code {mode, node_count, limits, combined, totals, usable, nodes}}
   */
  public record CapacityReport(@JsonValue ObjectNode json) {}

  /**
   * A node of a runtime.
   *
   * @param name empty if unnamed
   * @param status empty if unknown
   * @param takesWork whether programs may be placed on it
   * @param cpus null if unknown, like {@code memoryFreeMegabytes}
   * @param pools by name, in the runtime's order
   * @param build of its program; null if unknown
   * @param scheduleTimes number of schedule times this node handled since its start that made no
   *     job or made it late, by outcome
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

    /** Slots for programs, and the number of programs that wait for one. */
    public record Pool(int capacity, int inUse, int available, int queued) {}
  }
}
