package io.mirrorneuron.runtime.drain;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.mirrorneuron.port.node.DrainState;
import io.mirrorneuron.port.node.NodeMaintenance.Reconciliation;
import io.mirrorneuron.port.node.NodeState;
import io.mirrorneuron.port.node.NodeState.NodeCondition;
import io.mirrorneuron.wire.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/**
 * An event of the cluster. Empty members are left out.
 *
 * @param timestamp ISO-8601 in UTC
 * @param node that it is about
 * @param reason in the words of the person who decided
 * @param result outcome
 * @param markEligible for the end of a drain: whether the node takes work again
 * @param state for a change of state: before and after
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record NodeEvent(
    String type,
    String timestamp,
    String node,
    String reason,
    Map<String, Object> result,
    Boolean markEligible,
    Map<String, Object> state) {

  /** An event without details. */
  static String of(String type, String at, String node) {
    return Json.write(new NodeEvent(type, at, node, null, null, null, null));
  }

  static String changed(String type, String at, String node, Map<String, Object> state) {
    return Json.write(new NodeEvent(type, at, node, null, null, null, state));
  }

  static String of(Reconciliation done, String at) {
    Map<String, Object> result =
        Map.of(
            "checked", done.checked(),
            "recovered", done.recovered(),
            "skipped", done.skipped(),
            "failed", done.failed());
    return Json.write(
        new NodeEvent("node_reconciled", at, done.node(), done.reason(), result, null, null));
  }

  /** The events of a change, in order. */
  static List<String> between(NodeState before, NodeState after, String at) {
    List<NodeEvent> events = new ArrayList<>();
    String node = after.node();
    String drain = drain(before.drain(), after.drain());
    DrainState now = after.drain();
    boolean begins = now.isOpen() && !Objects.equals(before.drain().startedAt(), now.startedAt());
    if (begins) {
      events.add(new NodeEvent("node_drain_started", at, node, now.reason(), null, null, null));
    }
    if (drain != null) {
      Boolean eligible =
          DrainState.CANCELLED.equals(now.status()) ? after.schedulingEligible() : null;
      events.add(new NodeEvent(drain, at, node, now.reason(), result(now), eligible, null));
    }
    events.addAll(switched(before, after, at));
    return events.stream().map(Json::write).toList();
  }

  /** Changes of maintenance, quarantine and status. */
  private static List<NodeEvent> switched(NodeState before, NodeState after, String at) {
    List<NodeEvent> events = new ArrayList<>();
    String node = after.node();
    boolean was = Boolean.TRUE.equals(before.maintenance().enabled());
    boolean is = Boolean.TRUE.equals(after.maintenance().enabled());
    if (was != is) {
      String type = is ? "node_maintenance_enabled" : "node_maintenance_disabled";
      events.add(new NodeEvent(type, at, node, after.maintenance().reason(), null, null, null));
    }
    boolean wasKept = before.status() == NodeCondition.QUARANTINED;
    boolean isKept = after.status() == NodeCondition.QUARANTINED;
    if (wasKept != isKept) {
      String type = isKept ? "node_quarantined" : "node_quarantine_ended";
      events.add(new NodeEvent(type, at, node, after.reason(), null, null, null));
    }
    if (before.status() != after.status()
        || before.schedulingEligible() != after.schedulingEligible()) {
      Map<String, Object> state = new TreeMap<>();
      state.put("from", before.status().word());
      state.put("to", after.status().word());
      state.put("scheduling_eligible", after.schedulingEligible());
      events.add(new NodeEvent("node_state_changed", at, node, after.reason(), null, null, state));
    }
    return events;
  }

  private static String drain(DrainState before, DrainState after) {
    if (after.status() == null || after.equals(before)) {
      return null;
    }
    if (after.status().equals(before.status())
        && Objects.equals(before.startedAt(), after.startedAt())) {
      return Objects.equals(before.counters(), after.counters()) ? null : "node_drain_progress";
    }
    return switch (after.status()) {
      case DrainState.COMPLETE -> "node_drain_completed";
      case DrainState.BLOCKED -> "node_drain_blocked";
      case DrainState.CANCELLED -> "node_drain_cancelled";
      default -> after.counters() == null ? null : "node_drain_progress";
    };
  }

  private static Map<String, Object> result(DrainState drain) {
    Map<String, Object> result = new TreeMap<>();
    result.put("status", drain.status());
    if (drain.counters() != null) {
      result.put("counters", drain.counters());
    }
    return result;
  }
}
