package io.mirrorneuron.runtime.decide;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.runtime.port.Executions.Event;
import io.mirrorneuron.wire.Json;
import java.util.List;
import java.util.Set;

/**
 * Records the events that a program prints in the history of its job. Refuses types that readers
 * would take for the runtime's own, and records the refusal.
 */
final class WorkerEvents {
  private static final int MAX_EVENTS = 1000;
  private static final int MAX_PAYLOAD = 256 * 1024;
  private static final int SHOWN_TYPE = 128;

  /**
   * Types that only the runtime writes; clients rely on them to end streams and detect failures.
   */
  private static final Set<String> RESERVED =
      Set.of(
          "job_pending",
          "job_validated",
          "job_warnings",
          "job_scheduled",
          "job_scheduler_replanned",
          "job_running",
          "job_pausing",
          "job_paused",
          "job_resumed",
          "job_cancelling",
          "job_cancelled",
          "job_completed",
          "job_failed",
          "job_recovery_started",
          "job_recovered",
          "job_recovery_scheduled",
          "job_recovery_blocked",
          "job_paused_for_manual_restart",
          "job_paused_for_manual_resume",
          "job_lease_lost",
          "job_rescheduled",
          "reliability_strategy_resolved",
          "job_reliability_degraded",
          "job_restored_from_backup",
          "agent_message_received",
          "agent_recovery_started",
          "agent_recovered",
          "agent_restart_scheduled",
          "agent_restart_deferred",
          "agents_restarted",
          "agent_beacon",
          "agent_beacon_missed",
          "service_agent_completed",
          "system_target_completed",
          "sysbatch_target_completed",
          "executor_lease_requested",
          "executor_lease_acquired",
          "executor_lease_released",
          "executor_lease_rejected",
          "executor_resources_awaited",
          "sandbox_job_started",
          "sandbox_job_completed",
          "sandbox_job_failed",
          "message_retry_scheduled",
          "message_unrouted",
          "dead_letter",
          "delivery_failed",
          "backpressure_state",
          "backpressure_signal",
          "backpressure_rejected",
          "route_evaluated",
          "route_selected",
          "route_not_matched",
          "aggregator_received",
          "aggregator_duplicate_ignored",
          "aggregator_late_message",
          "sensor_observed",
          "workflow_completion_ignored",
          "worker_event_rejected",
          "stream_heartbeat");

  private WorkerEvents() {}

  static void record(Turn turn, String agentId, List<Event> events) {
    for (Event event : events.subList(0, Math.min(MAX_EVENTS, events.size()))) {
      record(turn, agentId, event.type(), event.payload());
    }
    int dropped = events.size() - MAX_EVENTS;
    if (dropped > 0) {
      ObjectNode payload = Json.object().put("count", dropped);
      payload.put("reason", "a program may report " + MAX_EVENTS + " events at most");
      turn.agentEvent("worker_event_rejected", agentId, payload);
    }
  }

  private static void record(Turn turn, String agentId, String type, ObjectNode payload) {
    if (RESERVED.contains(type)) {
      reject(turn, agentId, type, "only the runtime writes this type");
    } else if (Json.write(payload).length() > MAX_PAYLOAD) {
      reject(turn, agentId, type, "its payload is longer than " + MAX_PAYLOAD + " characters");
    } else {
      turn.agentEvent(type, agentId, payload);
    }
  }

  private static void reject(Turn turn, String agentId, String type, String reason) {
    ObjectNode payload = Json.object().put("reason", reason);
    payload.put("type", type.substring(0, Math.min(SHOWN_TYPE, type.length())));
    turn.agentEvent("worker_event_rejected", agentId, payload);
  }
}
