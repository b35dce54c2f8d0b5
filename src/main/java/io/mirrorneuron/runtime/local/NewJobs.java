package io.mirrorneuron.runtime.local;

import io.mirrorneuron.model.Sha256;
import io.mirrorneuron.store.JobStore.NewJob;
import java.util.function.Supplier;

/**
 * Gives new jobs their id, run and owner. A run id in use is refused, see {@link RunFolders}.
 *
 * @param owner this runtime, as the store knows it
 * @param suffixes gives {@code <milliseconds>-<12 hex digits>}, never the same twice
 */
public record NewJobs(String owner, Supplier<String> suffixes, RunFolders folders) {

  String id(String graphId) {
    return JobIds.slug(graphId) + "-" + suffixes.get();
  }

  /** Refuses a run id in use, as far as folders show; the store checks again. Accepts null. */
  void requireFree(String runId) {
    folders.requireFree(runId);
  }

  /**
   * @param runId a chosen one, or null
   */
  NewJob of(String jobId, String manifest, String runId) {
    folders.requireFree(runId);
    return new NewJob(jobId, owner, manifest, null, null, runId);
  }

  /**
   * @param runId chosen by its author, or null
   * @param key the idempotency key, or null
   * @param wish with {@code detail} the content of the call: the same key with another wish is
   *     refused
   */
  NewJob of(String jobId, String manifest, String runId, String key, String wish, String detail) {
    folders.requireFree(runId);
    String content = key == null ? null : new Sha256().add(wish).add("\0" + detail).hex();
    return new NewJob(jobId, owner, manifest, key, content, runId);
  }
}
