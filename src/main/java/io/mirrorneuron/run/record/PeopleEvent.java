package io.mirrorneuron.run.record;

import io.mirrorneuron.run.record.JobEnds.EndedJob;
import java.time.Instant;
import java.util.Map;

/**
 * A step has asked people, or they have done something about it, as others hear of it.
 *
 * @param graphId null for none, as is the job's name
 * @param eventSeq the number of the job's event
 * @param type of the event
 * @param time null when it does not say
 * @param payload of the event, without the form to be filled in
 * @param origin what made the job
 */
public record PeopleEvent(
    String jobId,
    String runId,
    String graphId,
    String jobName,
    long eventSeq,
    String type,
    Instant time,
    Map<String, Object> payload,
    EndedJob.Origin origin) {}
