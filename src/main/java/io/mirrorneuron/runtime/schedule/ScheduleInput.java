package io.mirrorneuron.runtime.schedule;

import io.mirrorneuron.port.schedule.TriggerEvents.TriggerEvent;
import io.mirrorneuron.runtime.schedule.BundleVersions.BundleVersion;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/** What may happen to a schedule. */
sealed interface ScheduleInput {
  /** What came of something that it wanted done. */
  sealed interface Outcome extends ScheduleInput {}

  /** Somebody makes it, with the manifest of its jobs. */
  record Create(Schedule schedule, String manifest) implements ScheduleInput {}

  /**
   * Somebody gives it another definition.
   *
   * @param enabled whether it is active then; null when that stays as it is
   */
  record Redefine(Definition definition, Boolean enabled, String reason) implements ScheduleInput {}

  /**
   * Somebody gives it another bundle, and perhaps another definition.
   *
   * @param before its bundle, should it never have had another
   * @param next the bundle; where it has the same already, that is no new version
   * @param manifest of the bundle
   * @param definition null when that stays
   * @param enabled whether it is active then; null when that stays as it is
   */
  record Replace(
      BundleVersion before,
      BundleVersion next,
      String manifest,
      Definition definition,
      Boolean enabled,
      String reason)
      implements ScheduleInput {
    /** What the schedule is to do then. */
    Definition definitionOf(Schedule schedule) {
      return definition == null ? schedule.definition() : definition;
    }
  }

  /**
   * Somebody wants its jobs made of an earlier version again.
   *
   * @param fingerprint of the manifest of that version
   */
  record RollBack(int version, String fingerprint, String manifest, String reason)
      implements ScheduleInput {}

  /**
   * @param until when it goes on by itself; null for never
   */
  record Pause(String reason, Long until) implements ScheduleInput {}

  record Resume(String reason) implements ScheduleInput {}

  record Delete(String reason) implements ScheduleInput {}

  /**
   * Somebody wants jobs for the times of a past range.
   *
   * @param total how many times it has
   */
  record BeginBackfill(Backfill.Range range, long total) implements ScheduleInput {}

  record CancelBackfill() implements ScheduleInput {}

  /**
   * What was seen for a backfill.
   *
   * @param dispatchId of its next time; null when that was not looked at
   * @param ended of its jobs
   * @param had whether that time had its job
   */
  record Surveyed(String dispatchId, Set<String> ended, boolean had) implements Outcome {}

  /** Its time has come. */
  record Wake() implements ScheduleInput {}

  /**
   * Somebody wants a job of it now.
   *
   * @param dispatchId unique for the call
   * @param words why, in the words of the caller
   */
  record RunNow(String dispatchId, Map<String, Object> payload, String words)
      implements ScheduleInput {}

  /** An event that it is for has happened. */
  record Happened(String dispatchId, TriggerEvent event) implements ScheduleInput {
    /** When it was told first: told again, it leads to the same job. */
    long at() {
      return Instant.parse(event.createdAt()).toEpochMilli();
    }

    /** What a dispatch says of the event besides its payload. */
    static Map<String, Object> reported(TriggerEvent event) {
      Map<String, Object> reported = new LinkedHashMap<>();
      reported.put("event_id", event.eventId());
      reported.put("event_type", event.eventType());
      reported.put("source", event.source());
      reported.put("created_at", event.createdAt());
      return reported;
    }
  }

  /** What was to be told of it has been told. */
  record EventDelivered(String eventId) implements ScheduleInput {}

  /**
   * Which of its jobs are open, as was seen for one of what it waits for.
   *
   * @param asking what those that wait for a person wait for, by id; empty where nobody looked
   */
  record Seen(String dispatchId, Set<String> open, Map<String, String> asking) implements Outcome {
    Seen(String dispatchId, Set<String> open) {
      this(dispatchId, open, Map.of());
    }
  }

  /**
   * What was seen ahead of one of its times.
   *
   * @param asking as above
   */
  record Foreseen(long due, Map<String, String> asking) implements Outcome {}

  /** A job was made. */
  record Started(String dispatchId, String jobId) implements Outcome {}

  /**
   * No job was made.
   *
   * @param mayPass whether it may be possible later without any change
   */
  record NotStarted(String dispatchId, String why, boolean mayPass) implements Outcome {}

  /**
   * The window of a job was closed.
   *
   * @param wasOpen whether the job had not ended by itself
   */
  record Closed(String jobId, boolean wasOpen) implements Outcome {}
}
