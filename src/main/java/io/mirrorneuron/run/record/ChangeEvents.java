package io.mirrorneuron.run.record;

import io.mirrorneuron.model.MnException;
import io.mirrorneuron.run.record.JobEnds.EndedJob;
import java.util.Map;
import java.util.concurrent.CompletionException;

/** Tells what happens to one open job. */
final class ChangeEvents {
  /** What the status of a job is after an event. */
  private static final Map<String, String> STATUS =
      Map.of("job_running", "running", "job_paused", "paused", "job_resumed", "running");

  private final JobEnds hears;
  private final RecordedJob job;
  private final EndedJob.Origin origin;

  ChangeEvents(JobEnds hears, RecordedJob job, EndedJob.Origin origin) {
    this.hears = hears;
    this.job = job;
    this.origin = origin;
  }

  /**
   * @throws CompletionException when it is to be told again
   */
  void tell(RecordedEvent event) {
    String status = STATUS.get(event.type());
    if (status == null) {
      return;
    }
    EndedJob then =
        new EndedJob(
            job.jobId(),
            job.runId(),
            job.graphId(),
            status,
            job.jobName(),
            job.submittedBy(),
            null,
            origin,
            event.seq());
    try {
      hears.changed(then, event.type(), event.timestamp());
    } catch (MnException e) {
      throw new CompletionException(e);
    }
  }
}
