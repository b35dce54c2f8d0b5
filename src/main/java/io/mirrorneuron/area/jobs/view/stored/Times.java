package io.mirrorneuron.area.jobs.view.stored;

import io.mirrorneuron.wire.Json;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;

/** Times as milliseconds since the epoch; 0 is none. */
public final class Times {
  private Times() {}

  /** Of an ISO time with any offset and precision; 0 when the text is none. */
  public static long millis(String text) {
    try {
      return OffsetDateTime.parse(text).toInstant().toEpochMilli();
    } catch (DateTimeParseException e) {
      return 0;
    }
  }

  /** Null for none. */
  public static String text(long millis) {
    return millis == 0 ? null : Json.timestamp(Instant.ofEpochMilli(millis));
  }
}
