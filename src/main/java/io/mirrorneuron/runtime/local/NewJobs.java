package io.mirrorneuron.runtime.local;

import io.mirrorneuron.model.Sha256;
import io.mirrorneuron.store.JobStore.NewJob;
import java.util.function.Supplier;

/**
 * Names new jobs and their owner. A run id that is in use is refused, see {@link RunFolders}.
 *
 * @param owner this runtime, as the store knows it
 * @param suffixes gives {@code <milliseconds>-<12 hex digits>}, never the same twice
 */
public record NewJobs(String owner, Supplier<String> suffixes, RunFolders folders) {

  /** A new id for a job of this graph. */
  String id(String graphId) {
    return JobIds.slug(graphId) + "-" + suffixes.get();
  }

  /** Refuses a run id, or null, that is in use; the store knows more when the job is stored. */
  void requireFree(String runId) {
    folders.requireFree(runId);
  }

  /**
   * @param runId that somebody chose for it, or null
   */
  NewJob of(String jobId, String manifest, String runId) {
    folders.requireFree(runId);
    return new NewJob(jobId, owner, manifest, null, null, runId);
  }

  /**
   * @param runId that its author chose, or null
   * @param key the idempotency key; null when the caller gave none
   * @param wish with {@code detail} all that the call asks for: the same key with another wish is
   *     refused
   */
  NewJob of(String jobId, String manifest, String runId, String key, String wish, String detail) {
    folders.requireFree(runId);
    String content = key == null ? null : new Sha256().add(wish).add("\0" + detail).hex();
    return new NewJob(jobId, owner, manifest, key, content, runId);
  }
}
