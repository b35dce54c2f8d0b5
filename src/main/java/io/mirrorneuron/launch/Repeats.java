package io.mirrorneuron.launch;

import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;

/**
 * Tells launches that are asked for again from new ones: a client whose server died before it
 * answered does not know that it has its job.
 */
record Repeats(LaunchPorts ports) {

  /**
   * @throws MnException CONFLICT {@code run_id_in_use} when what is told under the progress id is
   *     of the same run, and its job is there: that is told still
   */
  void refuse(LaunchRecord launch) {
    ports
        .store()
        .find(launch.id())
        .filter(told -> told.jobId() != null && told.runId().equals(launch.runId()))
        .filter(told -> isThere(told.jobId()))
        .ifPresent(
            told -> {
              throw new MnException(
                  ErrorCode.CONFLICT,
                  "run_id_in_use",
                  "run %s was launched as job %s (progress id %s); choose another run_id, or none"
                      .formatted(told.runId(), told.jobId(), told.id()));
            });
  }

  private boolean isThere(String jobId) {
    try {
      ports.jobs().brief(jobId);
      return true;
    } catch (MnException e) {
      if (e.code() == ErrorCode.NOT_FOUND) {
        return false;
      }
      throw e;
    }
  }
}
