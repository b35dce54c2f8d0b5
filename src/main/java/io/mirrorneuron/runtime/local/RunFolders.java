package io.mirrorneuron.runtime.local;

import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.store.JobStore;
import java.util.Optional;
import java.util.function.Function;

/**
 * Protects the folders of earlier runs from chosen run ids: a job may be gone while its run is
 * still there.
 *
 * @param jobs answers the job named by the folder of a run, an empty id when it names none
 */
public record RunFolders(Function<String, Optional<String>> jobs, JobStore store) {

  /**
   * The store itself refuses run ids of known jobs, and detects a repeated submission.
   *
   * @param runId a chosen one, or null
   * @throws MnException CONFLICT {@code run_id_in_use}
   */
  void requireFree(String runId) {
    if (runId == null) {
      return;
    }
    jobs.apply(runId)
        .filter(job -> !job.isEmpty() && Answers.await(store.status(job)) == null)
        .ifPresent(
            job -> {
              throw new MnException(
                  ErrorCode.CONFLICT,
                  "run_id_in_use",
                  "there is a folder of run %s, of job %s, which is gone; choose another run_id, or none, or remove the folder"
                      .formatted(runId, job));
            });
  }
}
