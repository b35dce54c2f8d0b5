package io.mirrorneuron.area.jobs;

import io.mirrorneuron.area.jobs.view.JobRecord;
import io.mirrorneuron.area.jobs.view.JobStatusView;
import io.mirrorneuron.bus.AreaVerticle;
import io.mirrorneuron.model.RunStatus;
import io.mirrorneuron.wire.JobDetailForm;
import io.vertx.core.buffer.Buffer;
import java.util.function.Supplier;

/**
 * How far a job is, made of its row only when somebody wants to see it: who waits for the end of a
 * job looks at each of its changes, and at most of them only for whether it is one. Lives on one
 * event loop.
 */
final class JobStanding {
  /** About what a view and a document take in memory. */
  private static final int BYTES = 2000;

  private final boolean isFinal;
  private final Supplier<JobStatusView> read;
  private JobStatusView view;
  private Buffer document;

  private JobStanding(boolean isFinal, Supplier<JobStatusView> read) {
    this.isFinal = isFinal;
    this.read = read;
  }

  static JobStanding of(JobStatusView view) {
    return new JobStanding(JobRecord.isFinal(view.job().status()), () -> view);
  }

  /**
   * @param row as the engine wrote it, in JSON
   */
  static JobStanding ofRow(String jobId, Buffer row) {
    byte[] bytes = row.getBytes();
    String word = JobDetailForm.statusOfRow(bytes);
    return word == null
        ? of(JobStatusView.ofRow(jobId, bytes))
        : new JobStanding(RunStatus.of(word).isFinal(), () -> JobStatusView.ofRow(jobId, bytes));
  }

  /** Whether nothing follows. */
  boolean isFinal() {
    return isFinal;
  }

  JobStatusView.Job job() {
    return view().job();
  }

  /** The answer to who asks. */
  Buffer document() {
    if (document == null) {
      document = AreaVerticle.encode(view());
    }
    return document;
  }

  private JobStatusView view() {
    if (view == null) {
      view = read.get();
    }
    return view;
  }

  /** In memory, about. */
  int bytes() {
    return BYTES;
  }
}
