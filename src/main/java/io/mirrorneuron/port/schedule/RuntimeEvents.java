package io.mirrorneuron.port.schedule;

import java.util.List;

/** Types of events that the runtime itself emits. */
public final class RuntimeEvents {
  /** The types of these events. */
  public static final List<String> TYPES =
      List.of(
          "job_running",
          "job_paused",
          "job_resumed",
          "job_completed",
          "job_failed",
          "job_cancelled",
          "human_input_requested",
          "human_request_escalated",
          "human_input_received",
          "human_input_timeout",
          "schedule_created",
          "schedule_updated",
          "schedule_paused",
          "schedule_resumed",
          "schedule_completed",
          "schedule_deleted",
          "schedule_dispatched",
          "schedule_dispatch_failed",
          "schedule_missed",
          "schedule_skipped",
          "schedule_blocked",
          "schedule_held_up",
          "deployment_created",
          "deployment_started",
          "deployment_canary_ready",
          "deployment_running",
          "deployment_paused",
          "deployment_switched",
          "deployment_successful",
          "deployment_version_recorded",
          "deployment_noop",
          "deployment_failed",
          "service_registered",
          "service_health_changed",
          "service_deregistered");

  /** Types for webhooks only: they are not stored, and schedules cannot wait for them. */
  public static final List<String> FOR_WEBHOOKS =
      List.of("job_running", "job_paused", "job_resumed");

  private RuntimeEvents() {}
}
