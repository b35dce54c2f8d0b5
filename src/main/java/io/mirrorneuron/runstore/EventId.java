package io.mirrorneuron.runstore;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.util.OptionalInt;

/**
 * Names an event of a job in line files, so that a copy of it is known as one.
 *
 * @param seq of the event in its job
 */
public record EventId(String job, long seq) {
  private static final String PREFIX = "evt_";

  /** The record's id, or null when it is no event of a job. */
  public static EventId of(JsonNode record) {
    String text = record.path("event_id").asText("");
    String job = record.path("job_id").asText("");
    int digits = PREFIX.length() + job.length() + 1;
    if (job.isEmpty() || text.length() <= digits || !text.startsWith(PREFIX + job + "_")) {
      return null;
    }
    try {
      return new EventId(job, Integer.parseUnsignedInt(text.substring(digits)));
    } catch (NumberFormatException e) {
      return null;
    }
  }

  /** The number in a line that carries such an id of this job; looks without parsing. */
  static OptionalInt find(byte[] line, String job) {
    String text = new String(line, StandardCharsets.UTF_8);
    String begin = "\"event_id\":\"" + PREFIX + job + "_";
    int from = text.indexOf(begin) + begin.length();
    int to = text.indexOf('"', from);
    if (from < begin.length() || to < 0) {
      return OptionalInt.empty();
    }
    try {
      return OptionalInt.of(Integer.parseUnsignedInt(text, from, to, 10));
    } catch (NumberFormatException e) {
      return OptionalInt.empty();
    }
  }

  /** What {@code event_id} says. */
  @Override
  public String toString() {
    return PREFIX + job + "_" + seq;
  }
}
