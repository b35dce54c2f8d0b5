package io.mirrorneuron.runtime.schedule;

import io.mirrorneuron.port.schedule.TriggerEvents.TriggerEvent;
import io.mirrorneuron.runtime.schedule.BundleVersions.BundleVersion;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/** Inputs of the schedule state machine. */
sealed interface ScheduleInput {
  /** Outcome of an effect. */
  sealed interface Outcome extends ScheduleInput {}

  /** Creates the schedule with the manifest of its jobs. */
  record Create(Schedule schedule, String manifest) implements ScheduleInput {}

  /**
   * @param enabled whether it is active then; null when that stays
   */
  record Redefine(Definition definition, Boolean enabled, String reason) implements ScheduleInput {}

  /**
   * Replaces the bundle, and optionally the definition.
   *
   * @param before its first bundle, if the bundle was never changed
   * @param next makes no new version where it is the same as the current one
   * @param manifest of the bundle
   * @param definition null when that stays
   * @param enabled whether it is active then; null when that stays
   */
  record Replace(
      BundleVersion before,
      BundleVersion next,
      String manifest,
      Definition definition,
      Boolean enabled,
      String reason)
      implements ScheduleInput {
    /** The definition after the replacement. */
    Definition definitionOf(Schedule schedule) {
      return definition == null ? schedule.definition() : definition;
    }
  }

  /**
   * Makes jobs from an earlier version again.
   *
   * @param fingerprint of the manifest of that version
   */
  record RollBack(int version, String fingerprint, String manifest, String reason)
      implements ScheduleInput {}

  /**
   * @param until when it resumes by itself; null for never
   */
  record Pause(String reason, Long until) implements ScheduleInput {}

  record Resume(String reason) implements ScheduleInput {}

  record Delete(String reason) implements ScheduleInput {}

  /**
   * @param total times of the range
   */
  record BeginBackfill(Backfill.Range range, long total) implements ScheduleInput {}

  record CancelBackfill() implements ScheduleInput {}

  /**
   * Result of a backfill's look.
   *
   * @param dispatchId of its next time; null when that was not looked up
   * @param ended its jobs that have ended
   * @param had whether that time had its job
   */
  record Surveyed(String dispatchId, Set<String> ended, boolean had) implements Outcome {}

  record Wake() implements ScheduleInput {}

  /**
   * Makes a job now.
   *
   * @param dispatchId unique for the call
   * @param words the caller's reason
   */
  record RunNow(String dispatchId, Map<String, Object> payload, String words)
      implements ScheduleInput {}

  /** An event that the schedule waits for has happened. */
  record Happened(String dispatchId, TriggerEvent event) implements ScheduleInput {
    /** Time of the first delivery: delivered again, it leads to the same job. */
    long at() {
      return Instant.parse(event.createdAt()).toEpochMilli();
    }

    /** What a dispatch shows of the event besides its payload. */
    static Map<String, Object> reported(TriggerEvent event) {
      Map<String, Object> reported = new LinkedHashMap<>();
      reported.put("event_id", event.eventId());
      reported.put("event_type", event.eventType());
      reported.put("source", event.source());
      reported.put("created_at", event.createdAt());
      return reported;
    }
  }

  /** An event of the schedule was published. */
  record EventDelivered(String eventId) implements ScheduleInput {}

  /**
   * The open jobs, as looked up for a dispatch.
   *
   * @param asking questions of the jobs that wait for a person, by id; empty where they were not
   *     asked for
   */
  record Seen(String dispatchId, Set<String> open, Map<String, String> asking) implements Outcome {
    Seen(String dispatchId, Set<String> open) {
      this(dispatchId, open, Map.of());
    }
  }

  /**
   * Result of the look ahead at a time.
   *
   * @param asking questions by job id
   */
  record Foreseen(long due, Map<String, String> asking) implements Outcome {}

  record Started(String dispatchId, String jobId) implements Outcome {}

  /**
   * No job was made.
   *
   * @param mayPass whether the failure may be temporary
   */
  record NotStarted(String dispatchId, String why, boolean mayPass) implements Outcome {}

  /**
   * The window of a job was closed.
   *
   * @param wasOpen whether the window's end cancelled it; false when it ended by itself
   */
  record Closed(String jobId, boolean wasOpen) implements Outcome {}
}
