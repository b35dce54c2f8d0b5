package io.mirrorneuron.launch.hook;

/**
 * The hooks of a run as they are stored, from before the first one begins until the last has ended.
 *
 * @param launchId the progress id of the launch
 * @param jobId null until there is a job
 * @param hasAfter whether something is to run at the end
 * @param isEnding whether that has begun: it does not begin twice
 */
public record HookRecord(
    String runId,
    String blueprintId,
    String launchId,
    String jobId,
    boolean hasAfter,
    boolean isEnding) {

  HookRecord of(String job) {
    return new HookRecord(runId, blueprintId, launchId, job, hasAfter, isEnding);
  }

  HookRecord ending() {
    return new HookRecord(runId, blueprintId, launchId, jobId, hasAfter, true);
  }
}
