package io.mirrorneuron.port;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;

/**
 * Answer to a submission.
 *
 * @param status {@code pending}; of a call that was repeated, how far the job is that the first
 *     made
 * @param warnings what the author should look at though the job can run
 */
public record SubmittedJob(
    String jobId,
    String status,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) List<String> warnings) {
  public SubmittedJob {
    warnings = warnings == null ? List.of() : List.copyOf(warnings);
  }

  public SubmittedJob(String jobId, String status) {
    this(jobId, status, List.of());
  }

  public SubmittedJob at(String present) {
    return new SubmittedJob(jobId, present, warnings);
  }

  public SubmittedJob withWarnings(List<String> sentences) {
    return new SubmittedJob(jobId, status, sentences);
  }
}
