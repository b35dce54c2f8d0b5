package io.mirrorneuron.runtime.schedule;

import java.util.Map;
import java.util.Set;

/** What may happen to a schedule. */
sealed interface ScheduleInput {
  /** What came of something that it wanted done. */
  sealed interface Outcome extends ScheduleInput {}

  /** Somebody makes it, with the manifest of its jobs. */
  record Create(Schedule schedule, String manifest) implements ScheduleInput {}

  /** Somebody gives it another definition. */
  record Redefine(Definition definition, boolean enabled, String reason) implements ScheduleInput {}

  /**
   * @param until when it goes on by itself; null for never
   */
  record Pause(String reason, Long until) implements ScheduleInput {}

  record Resume(String reason) implements ScheduleInput {}

  record Delete() implements ScheduleInput {}

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
  record Happened(String dispatchId, Map<String, Object> event, Map<String, Object> payload)
      implements ScheduleInput {}

  /** Which of its jobs are open, as was seen for one of what it waits for. */
  record Seen(String dispatchId, Set<String> open) implements Outcome {}

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
