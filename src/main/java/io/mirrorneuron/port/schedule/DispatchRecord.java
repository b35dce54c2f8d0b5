package io.mirrorneuron.port.schedule;

import com.fasterxml.jackson.annotation.JsonInclude;

/**
 * What became of one time at which a schedule was due.
 *
 * @param dispatchId made of the schedule and what made it due, so the same however often it is
 *     tried
 * @param jobId null when no job was made
 * @param runId of that job
 * @param status {@code submitted}, {@code failed}, {@code blocked}, {@code missed}, {@code skipped}
 *     or {@code window_closed}
 * @param scheduledFor when it was due
 * @param reason {@code periodic}, {@code delayed}, {@code resource_wait}, {@code event}, {@code
 *     manual} or {@code backfill}
 * @param submittedAt when that was known
 * @param windowEndAt when its job is cancelled; null without a window
 * @param closedAt when it was
 * @param statusReason why it did not run; null when it did
 * @param eventId of the event that it was made for
 * @param missed how many times one record stands for that were missed
 * @param version of the bundle that its job was made of; null when none was made
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record DispatchRecord(
    String dispatchId,
    String jobId,
    String runId,
    String status,
    String scheduledFor,
    String reason,
    String submittedAt,
    String windowEndAt,
    String closedAt,
    String statusReason,
    String eventId,
    Integer missed,
    Integer version) {

  /** What was known before, with what is known now: a job that came later is no longer hindered. */
  public DispatchRecord and(DispatchRecord newer) {
    if (newer.jobId != null && jobId == null) {
      return newer;
    }
    return new DispatchRecord(
        dispatchId,
        newer.jobId == null ? jobId : newer.jobId,
        newer.runId == null ? runId : newer.runId,
        newer.status,
        newer.scheduledFor == null ? scheduledFor : newer.scheduledFor,
        newer.reason == null ? reason : newer.reason,
        submittedAt == null ? newer.submittedAt : submittedAt,
        newer.windowEndAt == null ? windowEndAt : newer.windowEndAt,
        newer.closedAt == null ? closedAt : newer.closedAt,
        newer.statusReason == null ? statusReason : newer.statusReason,
        newer.eventId == null ? eventId : newer.eventId,
        newer.missed == null ? missed : newer.missed,
        newer.version == null ? version : newer.version);
  }
}
