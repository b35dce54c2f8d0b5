package io.mirrorneuron;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.mirrorneuron.model.RunStatus;
import io.mirrorneuron.port.JobDetail;
import io.mirrorneuron.wire.ArtifactRef;
import io.mirrorneuron.wire.LenientJson;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * How far a job is, and what came out.
 *
 * @param status {@code completed}, {@code failed} or {@code cancelled} when it has ended
 * @param result {@code {agent_id, output}} of a completed job, {@code {agent_id, error, reason}} of
 *     a failed one; a missing node before the end
 * @param details all that the runtime tells of the job, or null when it was not asked for
 */
public record JobOutcome(String jobId, String status, JsonNode result, JobDetail details) {

  static JobOutcome accepted(String jobId, String status) {
    return new JobOutcome(jobId, status, MissingNode.getInstance(), null);
  }

  static JobOutcome of(String jobId, JobDetail details, boolean keepDetails) {
    String status = Objects.requireNonNullElse(details.facts().status(), "");
    return new JobOutcome(jobId, status, details.parts().result(), keepDetails ? details : null);
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

  /**
   * Where an output lies that is too large to come along: {@link #output} is a reference to it
   * then, {@code {type: artifact_ref, run_id, path, size_bytes, sha256, media_type, url}}.
   */
  public Optional<String> outputUrl() {
    return ArtifactRef.in(output()).map(ArtifactRef::url);
  }

  /** Why the job failed or was cancelled, for people; empty when nothing is known. */
  public String reason() {
    return result.path("reason").asText();
  }

  /** The last lines that the program printed on stderr which made the job fail. */
  public List<String> stderrTail() {
    return failure().stderrTail() == null ? List.of() : failure().stderrTail().lines().toList();
  }

  /** The step by which the job failed, if it was one. */
  public Optional<String> failedStep() {
    return Optional.ofNullable(failure().stepId());
  }

  private Failure.Details failure() {
    Failure.Error error = LenientJson.read(result, Failure.class).error();
    return error == null || error.details() == null
        ? new Failure.Details(null, null)
        : error.details();
  }

  private record Failure(Error error) {
    private record Error(Details details) {}

    private record Details(String stepId, String stderrTail) {}
  }
}
