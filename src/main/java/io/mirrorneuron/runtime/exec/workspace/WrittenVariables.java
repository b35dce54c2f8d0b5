package io.mirrorneuron.runtime.exec.workspace;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.mirrorneuron.runtime.port.Execution;
import io.mirrorneuron.wire.LenientJson;

/**
 * What the author of a node has its program told of runs and submissions; each may be null.
 *
 * @param submissionId the name of a folder
 * @param runId the run that the program believes to work for
 * @param runsRoot where it looks for the folder of that run
 */
record WrittenVariables(
    @JsonProperty("MN_STORAGE_SUBMISSION_ID") String submissionId,
    @JsonProperty("MN_RUN_ID") String runId,
    @JsonProperty("MN_RUNS_ROOT") String runsRoot) {
  private static final WrittenVariables NONE = new WrittenVariables(null, null, null);

  private record Config(WrittenVariables environment) {}

  static WrittenVariables of(Execution execution) {
    WrittenVariables written = LenientJson.read(execution.config(), Config.class).environment();
    return written == null ? NONE : written;
  }
}
