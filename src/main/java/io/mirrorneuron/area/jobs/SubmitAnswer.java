package io.mirrorneuron.area.jobs;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.mirrorneuron.area.jobs.view.JobStatusView;
import io.mirrorneuron.port.SubmittedJob;
import java.util.ArrayList;
import java.util.List;

/**
 * The answer to a submission.
 *
 * @param id the job's id, under its older name
 * @param runId the name of its run; null when it could not be read
 * @param warnings sentences about what is not done as it was asked for
 * @param job how far it was when the caller had waited; null when it has not
 */
record SubmitAnswer(
    String id,
    String jobId,
    @JsonInclude(JsonInclude.Include.NON_NULL) String runId,
    String status,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) List<String> warnings,
    @JsonInclude(JsonInclude.Include.NON_NULL) JobStatusView.Job job) {

  /**
   * @param ignored sentences about members of the request
   */
  static SubmitAnswer of(SubmittedJob job, List<String> ignored) {
    List<String> warnings = new ArrayList<>(ignored);
    warnings.addAll(job.warnings());
    return new SubmitAnswer(job.jobId(), job.jobId(), null, job.status(), warnings, null);
  }

  /** With what the stored job says of its run. */
  SubmitAnswer of(JobStatusView.Job job) {
    return new SubmitAnswer(id, jobId, job.runId(), status, warnings, null);
  }

  SubmitAnswer at(JobStatusView.Job job) {
    return new SubmitAnswer(id, jobId, job.runId(), job.status(), warnings, job);
  }
}
