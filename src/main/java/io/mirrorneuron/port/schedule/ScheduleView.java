package io.mirrorneuron.port.schedule;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import java.util.Map;

/**
 * A schedule as it is told. Times are ISO texts.
 *
 * @param nextRunAt null when no time makes it due
 * @param manifest of its jobs, secrets hidden; null in lists
 * @param bundleRef fingerprint of its payload files; null for none
 * @param dispatches what became of the times at which it was due, newest first; null in lists
 * @param activeJobIds its jobs that have not ended, as far as was looked
 * @param activeRunIds the same
 * @param childJobIds the same
 * @param why what it waits for, as a sentence
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ScheduleView(
    String scheduleId,
    String kind,
    String name,
    boolean enabled,
    String status,
    List<String> crons,
    String timezone,
    String runAt,
    Long retryIntervalMs,
    @JsonInclude(JsonInclude.Include.ALWAYS) String nextRunAt,
    boolean prohibitOverlap,
    String missedPolicy,
    int catchupLimit,
    long missedGraceMs,
    Long jitterMs,
    Map<String, Object> window,
    Map<String, Object> trigger,
    Map<String, Object> parameterized,
    Map<String, Object> metadata,
    Map<String, Object> manifest,
    String bundleRef,
    @JsonInclude(JsonInclude.Include.ALWAYS) Map<String, Object> source,
    List<DispatchRecord> dispatches,
    List<String> activeJobIds,
    List<String> activeRunIds,
    List<String> childJobIds,
    ScheduleCounters counters,
    String pausedUntil,
    String lastStatusReason,
    String lastMissedAt,
    String lastBlockedReason,
    String why,
    String createdAt,
    String updatedAt) {}
