package io.mirrorneuron.port.schedule;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.mirrorneuron.model.RunId;
import java.util.List;
import java.util.Map;

/**
 * A schedule as it is told. Times are ISO texts.
 *
 * @param nextRunAt null when no time makes it due
 * @param manifest of its jobs, secrets hidden; null in lists
 * @param bundleRef fingerprint of its payload files; null for none
 * @param version of the bundle that its jobs are made of; counts from 1
 * @param dispatches what became of the times at which it was due, newest first; null in lists
 * @param activeJobIds its jobs that have not ended
 * @param why what it waits for, as a sentence
 * @param backfill the last one; null when there was none
 * @param warnings sentences for who has just made it; empty for none
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

  /** The same with sentences for who has just made it. */
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
}
