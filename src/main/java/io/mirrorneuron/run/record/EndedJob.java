package io.mirrorneuron.run.record;

import java.util.Map;

/**
 * A job that has ended, as others hear of it.
 *
 * @param runId empty when it has no run
 * @param jobName null for none, as are the following
 * @param error why it failed
 * @param scheduleId the schedule that made it
 * @param eventSeq the number of its last event
 */
public record EndedJob(
    String jobId,
    String runId,
    String graphId,
    String status,
    String jobName,
    String submittedBy,
    Map<String, Object> error,
    String scheduleId,
    long eventSeq) {}
