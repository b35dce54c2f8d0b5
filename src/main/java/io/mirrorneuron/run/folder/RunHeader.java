package io.mirrorneuron.run.folder;

import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * Whose run it is and how it stands, as one of its documents says. Programs write these documents
 * too, so nothing is required of them: a text that is not there is empty.
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

  /** What {@code run.json} says, which the programs of the run write. */
  public static RunHeader ofRun(RunFolder folder) {
    return folder.peek("run.json").map(RunHeader::of).orElse(EMPTY);
  }

  /** What {@code job.json} says, which the runtime writes. */
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

  /** Each text by this document or, where it has none, by the other one. */
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

  /** Null when no document names one, as clients are told it. */
  public String blueprintIdOrNull() {
    return blueprintId.isEmpty() ? null : blueprintId;
  }
}
