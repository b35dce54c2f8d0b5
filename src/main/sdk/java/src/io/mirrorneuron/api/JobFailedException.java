package io.mirrorneuron.api;

import io.mirrorneuron.api.model.JobOfDetail;

/** A job that was to be checked ended otherwise than completed. */
public final class JobFailedException extends MirrorNeuronException {
  private static final long serialVersionUID = 1L;

  private final transient JobOfDetail job;
  private final String jobId;
  private final String status;
  private final String reason;
  private final String stderr;

  JobFailedException(String jobId, JobOfDetail job, String stderr) {
    super(message(jobId, job, stderr), null);
    this.job = job;
    this.jobId = jobId;
    this.status = job.status();
    this.reason = job.reason() == null ? "" : job.reason();
    this.stderr = stderr;
  }

  private static String message(String jobId, JobOfDetail job, String stderr) {
    String because = job.reason() == null ? "" : ": " + job.reason();
    return "job " + jobId + " is " + job.status() + because + (stderr.isBlank() ? "" : "\n" + stderr.stripTrailing());
  }

  /** {@return its last state} */
  public JobOfDetail job() {
    return job;
  }

  /** {@return which one} */
  public String jobId() {
    return jobId;
  }

  /** {@return {@code failed} or {@code cancelled}} */
  public String status() {
    return status;
  }

  /** {@return why, in words for people; perhaps empty} */
  public String reason() {
    return reason;
  }

  /** {@return the end of what the program that failed wrote to stderr; empty where there is none} */
  public String stderr() {
    return stderr;
  }
}
