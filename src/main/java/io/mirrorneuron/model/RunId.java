package io.mirrorneuron.model;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The name of a run, which is also the name of its folder. A run that nobody named is called after
 * its job.
 */
public final class RunId {
  private static final String OF_JOB = "run-";
  private static final Pattern FORM = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_.:-]{0,219}");

  /** The rule in words, to complete the sentence "X must be …". */
  public static final String RULE =
      "a letter or digit, then at most 219 letters, digits, _ . : or -";

  private static final DateTimeFormatter LAUNCHED =
      DateTimeFormatter.ofPattern("uuuuMMdd'T'HHmmssSSSSSS'Z'").withZone(ZoneOffset.UTC);

  private RunId() {}

  /** The run of a job whose workflow names none. */
  public static String of(String jobId) {
    return OF_JOB + jobId;
  }

  /**
   * The run of a blueprint that is launched without naming one: {@code
   * word-count-20260620T100000123456Z}.
   *
   * @param blueprintId whose first characters are left out where a run cannot begin with them
   * @param moment told to the microsecond
   */
  public static String launched(String blueprintId, Instant moment) {
    String begin = blueprintId.replaceFirst("^[^A-Za-z0-9]+", "");
    return (begin.isEmpty() ? "run" : begin) + "-" + LAUNCHED.format(moment);
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
