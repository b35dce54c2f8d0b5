package io.mirrorneuron.area.jobs.view;

import io.mirrorneuron.area.jobs.view.stored.JobRecord;
import io.mirrorneuron.model.RunStatus;
import io.mirrorneuron.wire.JobDetailForm;
import io.mirrorneuron.wire.LenientJson;

/**
 * How far a job is, in at most 2 kB, for who asks again and again.
 *
 * @param job see {@link Job}
 */
public record JobStatusView(Job job) {
  private static final int REASON_CHARS = 1000;

  /**
   * What is not known is null.
   *
   * @param submittedAt ISO-8601, as are {@code updatedAt} and {@code endedAt}
   * @param reason why it failed or was cancelled, for people
   * @param resultUrl where the result of a completed job is
   */
  public record Job(
      String jobId,
      String runId,
      String graphId,
      String status,
      String submittedAt,
      String updatedAt,
      String endedAt,
      String reason,
      String resultUrl) {}

  public static JobStatusView of(String jobId, JobRecord record) {
    String updatedAt = record.detail().job().updatedAt();
    String endedAt = record.facts().endedAt();
    return new JobStatusView(
        new Job(
            jobId,
            record.runId(),
            record.facts().graphId(),
            record.status(),
            record.facts().submittedAt(),
            updatedAt,
            endedAt == null && record.isFinal() ? updatedAt : endedAt,
            reason(record),
            resultUrl(record)));
  }

  private record Failure(String desc) {}

  /**
   * @param row as the engine wrote it, in JSON
   */
  public static JobStatusView ofRow(String jobId, byte[] row) {
    return of(jobId, JobRecord.of(JobDetailForm.ofRow(row)));
  }

  private static String reason(JobRecord record) {
    var failure = record.failure();
    String reason =
        failure == null ? record.cancelReason() : LenientJson.read(failure, Failure.class).desc();
    return reason == null || reason.length() <= REASON_CHARS
        ? reason
        : reason.substring(0, REASON_CHARS) + "…";
  }

  private static String resultUrl(JobRecord record) {
    boolean hasResult =
        record.status().equals(RunStatus.COMPLETED.word()) && record.runId() != null;
    return hasResult ? "/api/v1/runs/" + CompactDetail.quoted(record.runId()) + "/result" : null;
  }
}
