package io.mirrorneuron.run.folder;

import java.nio.charset.StandardCharsets;
import java.util.OptionalLong;
import java.util.regex.Pattern;

/**
 * Identifies an event of a job in line files, so that copies of it are recognized.
 *
 * @param seq of the event in its job
 */
public record EventId(String job, long seq) {
  private static final String PREFIX = "evt_";

  /**
   * Job ids allowed in an event id. Programs write ids too, and a journal separates ids by blanks.
   */
  private static final Pattern JOB = Pattern.compile("[A-Za-z0-9_.:-]{1,256}");

  /**
   * Reads the id of a record.
   *
   * @param text its {@code event_id}; empty without one
   * @param job its {@code job_id}; empty without one
   * @return null when it is no event of that job
   */
  static EventId parse(String text, String job) {
    String begin = PREFIX + job + "_";
    if (!JOB.matcher(job).matches() || !text.startsWith(begin)) {
      return null;
    }
    OptionalLong seq = number(text, begin.length(), text.length());
    return seq.isPresent() ? new EventId(job, seq.getAsLong()) : null;
  }

  /** Null for an invalid number or job id. */
  static EventId of(String job, long seq) {
    return seq > 0 && JOB.matcher(job).matches() ? new EventId(job, seq) : null;
  }

  /** The event number in a line whose id names this job; scans the bytes without parsing JSON. */
  static OptionalLong find(byte[] line, String job) {
    String text = new String(line, StandardCharsets.UTF_8);
    String begin = "\"event_id\":\"" + PREFIX + job + "_";
    int from = text.indexOf(begin) + begin.length();
    int to = text.indexOf('"', from);
    return from < begin.length() || to < 0 ? OptionalLong.empty() : number(text, from, to);
  }

  private static OptionalLong number(String text, int from, int to) {
    try {
      long number = Long.parseLong(text, from, to, 10);
      return number > 0 ? OptionalLong.of(number) : OptionalLong.empty();
    } catch (NumberFormatException | IndexOutOfBoundsException e) {
      return OptionalLong.empty();
    }
  }

  /** The value of {@code event_id}. */
  @Override
  public String toString() {
    return PREFIX + job + "_" + seq;
  }
}
