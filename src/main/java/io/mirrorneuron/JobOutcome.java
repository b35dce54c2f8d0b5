package io.mirrorneuron;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.model.RunStatus;

/**
 * How far a job is, and what came out.
 *
 * @param status {@code completed}, {@code failed} or {@code cancelled} when it has ended
 * @param result {@code {agent_id, output}} of a completed job, {@code {agent_id, error, reason}} of
 *     a failed one; a missing node before the end
 * @param details the job's whole document, or null when it was not asked for
 */
public record JobOutcome(String jobId, String status, JsonNode result, ObjectNode details) {

  static JobOutcome accepted(String jobId, String status) {
    return new JobOutcome(jobId, status, MissingNode.getInstance(), null);
  }

  /**
   * @param details {@code {job, summary, …}}
   */
  static JobOutcome of(String jobId, ObjectNode details, boolean keepDetails) {
    JsonNode job = details.path("job");
    String status = job.path("status").asText(details.at("/summary/status").asText());
    JsonNode result = job.hasNonNull("result") ? job.get("result") : MissingNode.getInstance();
    return new JobOutcome(jobId, status, result, keepDetails ? details : null);
  }

  public boolean isCompleted() {
    return status.equals(RunStatus.COMPLETED.word());
  }

  public boolean isFailed() {
    return status.equals(RunStatus.FAILED.word());
  }

  public boolean isCancelled() {
    return status.equals(RunStatus.CANCELLED.word());
  }

  public boolean isTerminal() {
    return isCompleted() || isFailed() || isCancelled();
  }

  /** What the workflow was run for; a missing node unless it completed. */
  public JsonNode output() {
    return isCompleted() ? result.path("output") : MissingNode.getInstance();
  }

  /** Why the job failed or was cancelled, for people; empty when nothing is known. */
  public String reason() {
    return result.path("reason").asText();
  }
}
