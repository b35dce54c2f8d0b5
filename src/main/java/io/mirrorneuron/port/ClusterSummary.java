package io.mirrorneuron.port;

import com.fasterxml.jackson.annotation.JsonValue;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/**
 * The nodes of a runtime, its latest jobs and its counts. {@code wire.ClusterForm} reads it.
 *
 * @param nodes empty when the runtime lists none
 * @param nodeDocuments the nodes as they are shown; empty when the runtime lists none
 * @param nodeStatuses of each node; null when the runtime does not list its nodes
 * @param jobStatuses of each listed job; null when the runtime does not list its jobs
 * @param metrics the runtime's own counts; missing when it has none
 * @param json {@code {nodes, jobs, metrics}} as the runtime wrote it, which is what clients get.
 *     Nobody changes it, so the record is immutable
 */
public record ClusterSummary(
    List<ClusterNode> nodes,
    ArrayNode nodeDocuments,
    List<String> nodeStatuses,
    List<String> jobStatuses,
    JsonNode metrics,
    @JsonValue ObjectNode json) {
  public ClusterSummary {
    nodes = List.copyOf(nodes);
    nodeStatuses = nodeStatuses == null ? null : List.copyOf(nodeStatuses);
    jobStatuses = jobStatuses == null ? null : List.copyOf(jobStatuses);
  }
}
