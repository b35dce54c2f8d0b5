package io.mirrorneuron.run.folder;

import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * Identity and status of a run as one of its documents has them. Programs write these documents
 * too, so no member is required: an absent text is empty.
 */
public record RunHeader(
    String jobId,
    String blueprintId,
    String traceId,
    String status,
    String submittedAt,
    String startedAt,
    String endedAt) {
  private static final RunHeader EMPTY = new RunHeader("", "", "", "", "", "", "");

  /** Reads {@code run.json}, which the programs of the run write. */
  public static RunHeader ofRun(RunFolder folder) {
    return folder.peek("run.json").map(RunHeader::of).orElse(EMPTY);
  }

  /** Reads {@code job.json}, which the runtime writes. */
  public static RunHeader ofJob(RunFolder folder) {
    return folder.peek("job.json").map(RunHeader::of).orElse(EMPTY);
  }

  public static RunHeader of(ObjectNode document) {
    return new RunHeader(
        document.path("job_id").asText(""),
        document.path("blueprint_id").asText(""),
        document.path("trace_id").asText(""),
        document.path("status").asText(""),
        document.path("submitted_at").asText(""),
        document.path("started_at").asText(""),
        document.path("ended_at").asText(""));
  }

  /** Fills each empty text from the other header. */
  public RunHeader or(RunHeader other) {
    return new RunHeader(
        either(jobId, other.jobId),
        either(blueprintId, other.blueprintId),
        either(traceId, other.traceId),
        either(status, other.status),
        either(submittedAt, other.submittedAt),
        either(startedAt, other.startedAt),
        either(endedAt, other.endedAt));
  }

  private static String either(String text, String other) {
    return text.isEmpty() ? other : text;
  }

  /** Null, as clients expect it, when no document names a blueprint. */
  public String blueprintIdOrNull() {
    return blueprintId.isEmpty() ? null : blueprintId;
  }
}
