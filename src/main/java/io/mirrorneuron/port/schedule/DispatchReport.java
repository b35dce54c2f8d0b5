package io.mirrorneuron.port.schedule;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;

/**
 * What came of making schedules due.
 *
 * @param checked how many were looked at
 * @param scheduleId the one that was asked for; null for an event
 * @param jobId of the job that was made, if it was one
 * @param status of that dispatch
 * @param dispatch the same in full; null for an event
 * @param dispatches of an event, a few of them; null for one schedule
 * @param event that was told; null without one
 * @param eventId the same
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record DispatchReport(
    int checked,
    int dispatched,
    int skipped,
    int failed,
    int missed,
    int blocked,
    String scheduleId,
    String jobId,
    String status,
    DispatchRecord dispatch,
    List<DispatchRecord> dispatches,
    TriggerEvent event,
    String eventId) {}
