package io.mirrorneuron.runtime.schedule;

import java.util.Map;
import java.util.Set;

/** What may happen to a schedule. */
sealed interface ScheduleInput {
  /** Somebody makes it, with the manifest of its jobs. */
  record Create(Schedule schedule, String manifest) implements ScheduleInput {}

  /**
   * Somebody gives it another definition.
   *
   * @param enabled whether it is active then; null when that stays as it is
   */
  record Redefine(Definition definition, Boolean enabled, String reason) implements ScheduleInput {}

  /**
   * @param until when it goes on by itself; null for never
   */
  record Pause(String reason, Long until) implements ScheduleInput {}

  record Resume(String reason) implements ScheduleInput {}

  record Delete() implements ScheduleInput {}

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
  record Seen(String dispatchId, Set<String> open) implements ScheduleInput {}

  /** A job was made. */
  record Started(String dispatchId, String jobId) implements ScheduleInput {}

  /**
   * No job was made.
   *
   * @param mayPass whether it may be possible later without any change
   */
  record NotStarted(String dispatchId, String why, boolean mayPass) implements ScheduleInput {}

  /**
   * The window of a job was closed.
   *
   * @param wasOpen whether the job had not ended by itself
   */
  record Closed(String jobId, boolean wasOpen) implements ScheduleInput {}
}
