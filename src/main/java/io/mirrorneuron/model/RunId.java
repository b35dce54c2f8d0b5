package io.mirrorneuron.model;

import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The name of a run, which is also the name of its folder. A run that nobody named is called after
 * its job.
 */
public final class RunId {
  private static final String OF_JOB = "run-";
  private static final Pattern FORM = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_.:-]{0,219}");

  private RunId() {}

  /** The run of a job whose workflow names none. */
  public static String of(String jobId) {
    return OF_JOB + jobId;
  }

  /**
   * The job whose default run has this name. An author may have chosen the same name, so the run
   * may be of another job, and the job may not exist.
   */
  public static Optional<String> job(String runId) {
    return runId.startsWith(OF_JOB)
        ? Optional.of(runId.substring(OF_JOB.length()))
        : Optional.empty();
  }

  /** Whether a run may have this name; it then is a safe name of a folder. */
  public static boolean isRunId(String text) {
    return FORM.matcher(text).matches();
  }
}
