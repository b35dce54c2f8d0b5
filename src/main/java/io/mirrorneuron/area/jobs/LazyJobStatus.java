package io.mirrorneuron.area.jobs;

import io.mirrorneuron.area.jobs.view.JobRecord;
import io.mirrorneuron.area.jobs.view.JobStatusView;
import io.mirrorneuron.bus.AreaVerticle;
import io.mirrorneuron.model.RunStatus;
import io.mirrorneuron.wire.JobDetailForm;
import io.vertx.core.buffer.Buffer;
import java.util.function.Supplier;

/**
 * The status of a job, rendered from its row only on demand: a wait for the end of a job looks at
 * each change, mostly only at {@link #isFinal}. Runs on one event loop.
 */
final class LazyJobStatus {
  /** Approximate memory of a view and its document. */
  private static final int BYTES = 2000;

  private final boolean isFinal;
  private final Supplier<JobStatusView> read;
  private JobStatusView view;
  private Buffer document;

  private LazyJobStatus(boolean isFinal, Supplier<JobStatusView> read) {
    this.isFinal = isFinal;
    this.read = read;
  }

  static LazyJobStatus of(JobStatusView view) {
    return new LazyJobStatus(JobRecord.isFinal(view.job().status()), () -> view);
  }

  /**
   * @param row as the engine wrote it, in JSON
   */
  static LazyJobStatus ofRow(String jobId, Buffer row) {
    byte[] bytes = row.getBytes();
    String word = JobDetailForm.statusOfRow(bytes);
    return word == null
        ? of(JobStatusView.ofRow(jobId, bytes))
        : new LazyJobStatus(RunStatus.of(word).isFinal(), () -> JobStatusView.ofRow(jobId, bytes));
  }

  boolean isFinal() {
    return isFinal;
  }

  JobStatusView.Job job() {
    return view().job();
  }

  /** The status as an encoded answer. */
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

  /** Approximate size in memory. */
  int bytes() {
    return BYTES;
  }
}
