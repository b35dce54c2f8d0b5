package io.mirrorneuron.wire;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.port.ClusterSummary;
import io.mirrorneuron.port.ClusterSummary.CapacityReport;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Another node by its last description.
 *
 * @param lives false when it has died since
 */
public record OtherNode(NodeRecord record, boolean lives) {
  private static final List<String> SUMS = List.of("combined", "totals", "usable");

  /**
   * The summary with the other nodes; dead ones are offline.
   *
   * @param own made for this call, and changed by it
   */
  public static ClusterSummary in(ClusterSummary own, List<OtherNode> others) {
    if (others.isEmpty()) {
      return own;
    }
    ObjectNode summary = own.json();
    ArrayNode nodes = summary.withArray("nodes");
    for (OtherNode other : others) {
      ObjectNode node = other.record.node();
      node.put("self", false).put("self?", false).put("scheduler_hint", "remote_member");
      if (!other.lives()) {
        node.put("status", "offline").put("scheduling_eligible", false);
      }
      nodes.add(node);
    }
    nodes.forEach(node -> connect((ObjectNode) node, nodes));
    ((ObjectNode) summary.get("metrics")).putObject("nodes").put("total", nodes.size());
    return ClusterForm.read(summary);
  }

  private static void connect(ObjectNode node, ArrayNode all) {
    ArrayNode connected = node.putArray("connected_nodes");
    for (JsonNode other : all) {
      if (other != node && !isOffline(other) && !isOffline(node)) {
        connected.add(other.get("name"));
      }
    }
  }

  private static boolean isOffline(JsonNode node) {
    return node.path("status").asText().equals("offline");
  }

  /**
   * The report with the capacity of the other living nodes.
   *
   * @param own made for this call, and changed by it
   */
  public static CapacityReport in(CapacityReport own, List<OtherNode> others) {
    List<OtherNode> living = others.stream().filter(OtherNode::lives).toList();
    if (living.isEmpty()) {
      return own;
    }
    ObjectNode report = own.json();
    ArrayNode nodes = report.withArray("nodes");
    for (OtherNode other : living) {
      ObjectNode its = other.record.resource();
      SUMS.forEach(name -> add((ObjectNode) report.get(name), its.get(name)));
      if (its.path("nodes").path(0) instanceof ObjectNode node) {
        nodes.add(node.put("self", false));
      }
    }
    report.put("mode", "cluster").put("node_count", nodes.size());
    return new CapacityReport(report);
  }

  /**
   * @param more null when a node of another version does not report it
   */
  private static void add(ObjectNode sum, JsonNode more) {
    for (var amount : more == null ? Set.<Map.Entry<String, JsonNode>>of() : more.properties()) {
      String name = amount.getKey();
      if (sum.path(name).isIntegralNumber() && amount.getValue().isIntegralNumber()) {
        sum.put(name, sum.get(name).longValue() + amount.getValue().longValue());
      } else {
        sum.put(name, rounded(sum.path(name).asDouble() + amount.getValue().asDouble()));
      }
    }
  }

  private static double rounded(double value) {
    return Math.round(value * 100) / 100.0;
  }
}
