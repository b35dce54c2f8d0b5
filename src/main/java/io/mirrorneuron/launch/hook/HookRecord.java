package io.mirrorneuron.launch.hook;

import java.util.List;

/**
 * The hooks of a run as they are stored, from before the first one begins until the last has ended.
 *
 * @param launchId the progress id of the launch
 * @param jobId null until there is a job
 * @param hasAfter whether something is to run at the end
 * @param isEnding whether that has begun: it does not begin twice
 * @param secrets texts that are hidden in what the hooks print
 */
public record HookRecord(
    String runId,
    String blueprintId,
    String launchId,
    String jobId,
    boolean hasAfter,
    boolean isEnding,
    List<String> secrets) {
  public HookRecord {
    secrets = secrets == null ? List.of() : List.copyOf(secrets);
  }

  /** Whether it is of this launch, and there is no job yet. */
  boolean isOnlyOf(String launch) {
    return jobId == null && launchId.equals(launch);
  }

  HookRecord of(String job) {
    return new HookRecord(runId, blueprintId, launchId, job, hasAfter, isEnding, secrets);
  }

  HookRecord ending() {
    return new HookRecord(runId, blueprintId, launchId, jobId, hasAfter, true, secrets);
  }
}
