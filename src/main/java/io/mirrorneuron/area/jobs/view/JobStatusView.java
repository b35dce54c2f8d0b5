package io.mirrorneuron.area.jobs.view;

import io.mirrorneuron.model.RunStatus;
import io.mirrorneuron.wire.JobDetailForm;
import io.mirrorneuron.wire.Json;
import io.mirrorneuron.wire.LenientJson;
import java.nio.charset.StandardCharsets;

/** The status of a job in at most 2 kB, for clients that poll. */
public record JobStatusView(Job job) {
  /** Limit of the reason, encoded as JSON. */
  private static final int REASON_BYTES = 1000;

  private static final int QUOTES = 2;
  private static final int ESCAPED_PAIR = 12;

  /**
   * Unknown members are null.
   *
   * @param submittedAt ISO-8601, as {@code updatedAt} and {@code endedAt}
   * @param reason of a failure or cancellation, for people
   * @param resultUrl of the result of a completed job
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
    return reason == null ? null : shortened(reason);
  }

  private static String shortened(String reason) {
    int bytes = 0;
    for (int i = 0; i < reason.length(); ) {
      String character = Character.toString(reason.codePointAt(i));
      bytes += bytes(character);
      if (bytes > REASON_BYTES) {
        return reason.substring(0, i) + "…";
      }
      i += character.length();
    }
    return reason;
  }

  /** Upper bound: a character beyond the first 65,536 may be written as two escapes. */
  private static int bytes(String character) {
    return character.length() > 1
        ? ESCAPED_PAIR
        : Json.write(character).getBytes(StandardCharsets.UTF_8).length - QUOTES;
  }

  private static String resultUrl(JobRecord record) {
    boolean hasResult =
        record.status().equals(RunStatus.COMPLETED.word()) && record.runId() != null;
    return hasResult ? "/api/v1/runs/" + CompactDetail.quoted(record.runId()) + "/result" : null;
  }
}
