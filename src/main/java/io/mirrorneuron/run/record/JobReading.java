package io.mirrorneuron.run.record;

import io.mirrorneuron.run.record.JobEnds.EndedJob;
import io.mirrorneuron.store.JobStore;
import io.mirrorneuron.store.JobStore.StoredEvent;
import java.util.List;
import java.util.concurrent.CompletionStage;

/**
 * Pending reads of one job; those of a batch are sent together.
 *
 * @param manifest null when it has been read before
 */
record JobReading(
    String jobId,
    CompletionStage<String> row,
    CompletionStage<List<StoredEvent>> events,
    CompletionStage<String> manifest) {

  /**
   * @param recorded number of the last event that is recorded; -1 for a job not read before
   */
  static JobReading of(JobStore store, String jobId, long recorded, int events) {
    return new JobReading(
        jobId,
        store.row(jobId),
        store.events(jobId, Math.max(0, recorded), events),
        recorded < 0 ? store.manifest(jobId) : null);
  }

  /** The manifest, once it is there. */
  String given() {
    return manifest.toCompletableFuture().join();
  }

  /**
   * The job as it has ended, once its row is there.
   *
   * @param recording null when there is none; what made it is not known then
   */
  EndedJob ended(Recording recording) {
    String text = row.toCompletableFuture().join();
    RecordedJob job = RecordedJob.parse(text == null ? "{}" : text);
    return job.asEnded(recording == null ? EndedJob.Origin.NONE : recording.origin());
  }
}
