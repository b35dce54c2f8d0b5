package io.mirrorneuron.port.schedule;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.mirrorneuron.model.RunId;
import io.mirrorneuron.port.schedule.SchedulesPort.BackfillView;
import java.util.List;
import java.util.Map;

/**
 * A schedule, as shown to callers. Times are ISO texts.
 *
 * @param nextRunAt null when no time makes it due
 * @param manifest of its jobs, secrets hidden; null in lists
 * @param bundleRef fingerprint of its payload files; null for none
 * @param version of the bundle that its jobs are made of; counts from 1
 * @param dispatches what became of the times at which it was due, newest first; null in lists
 * @param activeJobIds its jobs that have not ended
 * @param why what it waits for, as a sentence
 * @param backfill the last one; null when there was none
 * @param warnings sentences for the caller who made it; empty for none
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ScheduleView(
    String scheduleId,
    String kind,
    String name,
    boolean enabled,
    String status,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) List<String> crons,
    String timezone,
    String runAt,
    Long retryIntervalMs,
    @JsonInclude(JsonInclude.Include.ALWAYS) String nextRunAt,
    boolean prohibitOverlap,
    String missedPolicy,
    int catchupLimit,
    Long catchupWithinMs,
    long missedGraceMs,
    Long jitterMs,
    Map<String, Object> window,
    Map<String, Object> trigger,
    Map<String, Object> parameterized,
    Map<String, Object> metadata,
    Map<String, Object> manifest,
    String bundleRef,
    Integer version,
    @JsonInclude(JsonInclude.Include.ALWAYS) Map<String, Object> source,
    List<DispatchRecord> dispatches,
    List<String> activeJobIds,
    ScheduleCounters counters,
    String pausedUntil,
    String lastStatusReason,
    String lastMissedAt,
    String lastBlockedReason,
    String why,
    BackfillView backfill,
    String createdAt,
    String updatedAt,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) List<String> warnings) {

  public ScheduleView {
    warnings = warnings == null ? List.of() : List.copyOf(warnings);
  }

  /** The same with sentences for the caller who made it. */
  public ScheduleView warned(List<String> sentences) {
    return new ScheduleView(
        scheduleId,
        kind,
        name,
        enabled,
        status,
        crons,
        timezone,
        runAt,
        retryIntervalMs,
        nextRunAt,
        prohibitOverlap,
        missedPolicy,
        catchupLimit,
        catchupWithinMs,
        missedGraceMs,
        jitterMs,
        window,
        trigger,
        parameterized,
        metadata,
        manifest,
        bundleRef,
        version,
        source,
        dispatches,
        activeJobIds,
        counters,
        pausedUntil,
        lastStatusReason,
        lastMissedAt,
        lastBlockedReason,
        why,
        backfill,
        createdAt,
        updatedAt,
        sentences);
  }

  /**
   * The run of an open job.
   *
   * @param runId as lists of runs have it
   */
  public record OpenRun(String runId, String jobId) {}

  /**
   * The open jobs as clients call them besides, and their runs.
   *
   * @param activeRunIds ids of jobs, as in release 1.2.5
   */
  public record OpenJobs(
      List<String> activeRunIds, List<OpenRun> activeRuns, List<String> childJobIds) {}

  @JsonProperty(access = JsonProperty.Access.READ_ONLY)
  @JsonUnwrapped
  public OpenJobs openJobs() {
    List<OpenRun> runs = activeJobIds.stream().map(job -> new OpenRun(RunId.of(job), job)).toList();
    return new OpenJobs(activeJobIds, runs, activeJobIds);
  }

  /**
   * Counters of a schedule's times.
   *
   * @param dispatched jobs made
   * @param missed times that passed while no server could act on them
   * @param failed times at which no job could be made
   * @param blocked times at which an earlier job still ran
   * @param skipped times that passed while it was paused
   */
  public record ScheduleCounters(
      long dispatched, long missed, long failed, long blocked, long skipped) {
    public static final ScheduleCounters NONE = new ScheduleCounters(0, 0, 0, 0, 0);

    public ScheduleCounters dispatchedOnce() {
      return new ScheduleCounters(dispatched + 1, missed, failed, blocked, skipped);
    }

    public ScheduleCounters missedMore(long times) {
      return new ScheduleCounters(dispatched, missed + times, failed, blocked, skipped);
    }

    public ScheduleCounters failedOnce() {
      return new ScheduleCounters(dispatched, missed, failed + 1, blocked, skipped);
    }

    public ScheduleCounters blockedOnce() {
      return new ScheduleCounters(dispatched, missed, failed, blocked + 1, skipped);
    }

    public ScheduleCounters skippedMore(long times) {
      return new ScheduleCounters(dispatched, missed, failed, blocked, skipped + times);
    }
  }

  /**
   * The versions of the bundle of a schedule that are kept.
   *
   * @param data newest first
   */
  public record ScheduleVersions(String scheduleId, List<Version> data) {
    public ScheduleVersions {
      data = data == null ? List.of() : List.copyOf(data);
    }

    /**
     * One of them.
     *
     * @param version counts from 1
     * @param current whether jobs are made of it
     * @param fingerprint of the manifest
     * @param bundleRef fingerprint of the payload files; null for none
     * @param graphId what its jobs are called after
     * @param source where it came from, as its maker says
     * @param submittedBy the name that its maker's token vouches for; null when it vouches for none
     * @param createdAt ISO time
     * @param manifest secrets hidden; null unless this version was asked for
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Version(
        int version,
        boolean current,
        String fingerprint,
        String bundleRef,
        String graphId,
        Map<String, Object> source,
        String submittedBy,
        String createdAt,
        Map<String, Object> manifest) {}
  }

  /** Default for missed schedule times, where the schedule's author does not choose. */
  public static final class MissedTimesDefault {
    /** One job is made for all of them. */
    public static final String MADE_UP_FOR = "catchup_one";

    private MissedTimesDefault() {}

    /**
     * Sets one catch-up job as the default, unless the schedule chooses or cannot miss times.
     *
     * @param schedule as its author wrote it
     */
    public static void madeUpFor(Map<String, Object> schedule) {
      boolean waitsForElse =
          schedule.containsKey("trigger")
              || schedule.containsKey("event_type")
              || List.of("event", "resource_wait").contains(schedule.getOrDefault("kind", ""));
      if (!waitsForElse && !schedule.isEmpty()) {
        schedule.putIfAbsent("missed_policy", MADE_UP_FOR);
      }
    }
  }

  /**
   * What became of one time at which a schedule was due.
   *
   * @param dispatchId made of the schedule and what made it due, so the same however often it is
   *     tried
   * @param jobId null when no job was made
   * @param runId of that job
   * @param status {@code submitted}, {@code failed}, {@code blocked}, {@code missed}, {@code
   *     skipped} or {@code window_closed}
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

    /**
     * Merges the earlier record with a newer one: once a job exists, the earlier hindrance is
     * dropped.
     */
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
}
