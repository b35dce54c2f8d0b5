package io.mirrorneuron.port;

import com.fasterxml.jackson.annotation.JsonValue;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Collections;
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
}
