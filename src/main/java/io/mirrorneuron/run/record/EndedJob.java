package io.mirrorneuron.run.record;

import java.util.Map;

/**
 * A job that has ended, as others hear of it.
 *
 * @param runId empty when it has no run
 * @param jobName null for none, as are the following
 * @param error why it failed
 * @param origin why it was made
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
    Origin origin,
    long eventSeq) {
  /** The source of events about ends of jobs. */
  public static final String TELLER = "runtime";

  /**
   * What made a job.
   *
   * @param scheduleId null when no schedule did
   * @param chain how many ends of jobs in a row led to it, each of which made the next job
   */
  public record Origin(String scheduleId, int chain) {
    static final Origin NONE = new Origin(null, 0);
  }
}
