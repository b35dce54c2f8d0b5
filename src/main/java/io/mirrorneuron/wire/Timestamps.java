package io.mirrorneuron.wire;

import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;

/**
 * Converts milliseconds since the epoch to texts of {@link Json#timestamp}, and back; 0 is no time.
 * A ledger has about ten for each step, so the usual form is parsed by hand, ten times as fast as a
 * formatter.
 */
public final class Timestamps {
  private static final int DAY_MILLIS = 24 * 3600 * 1000;
  private static final long LAST_DAY = LocalDate.of(9999, 12, 31).toEpochDay();
  private static final String FORM = "0000-00-00T00:00:00.000Z";

  private Timestamps() {}

  /** The moment of a text, or null; without a zone it is UTC. */
  public static Instant instant(String text) {
    try {
      if (text.isEmpty()) {
        return null;
      }
      return text.endsWith("Z") ? Instant.parse(text) : OffsetDateTime.parse(text).toInstant();
    } catch (DateTimeException e) {
      return local(text);
    }
  }

  /** Some libraries omit the zone and mean UTC. */
  private static Instant local(String text) {
    try {
      return LocalDateTime.parse(text.replace(' ', 'T')).toInstant(ZoneOffset.UTC);
    } catch (DateTimeException e) {
      return null;
    }
  }

  /** Null for no time. */
  public static String text(long millis) {
    long day = Math.floorDiv(millis, DAY_MILLIS);
    if (millis <= 0 || day > LAST_DAY) {
      return millis == 0 ? null : Json.timestamp(Instant.ofEpochMilli(millis));
    }
    LocalDate date = LocalDate.ofEpochDay(day);
    int time = (int) (millis - day * DAY_MILLIS);
    byte[] text = new byte[FORM.length()];
    for (int i = 0; i < text.length; i++) {
      text[i] = (byte) FORM.charAt(i);
    }
    put(text, 0, 4, date.getYear());
    put(text, 5, 2, date.getMonthValue());
    put(text, 8, 2, date.getDayOfMonth());
    put(text, 11, 2, time / 3_600_000);
    put(text, 14, 2, time / 60_000 % 60);
    put(text, 17, 2, time / 1000 % 60);
    put(text, 20, 3, time % 1000);
    return new String(text, StandardCharsets.ISO_8859_1);
  }

  private static void put(byte[] text, int at, int digits, int number) {
    int rest = number;
    for (int i = at + digits - 1; i >= at; i--) {
      text[i] = (byte) ('0' + rest % 10);
      rest /= 10;
    }
  }

  /** Parses an ISO time with any offset and precision; 0 for any other text. */
  public static long millis(String text) {
    try {
      return isUsual(text) ? usual(text) : OffsetDateTime.parse(text).toInstant().toEpochMilli();
    } catch (DateTimeException e) {
      return 0;
    }
  }

  private static boolean isUsual(String text) {
    if (text.length() != FORM.length()) {
      return false;
    }
    for (int i = 0; i < FORM.length(); i++) {
      char form = FORM.charAt(i);
      char found = text.charAt(i);
      if (form == '0' ? found < '0' || found > '9' : found != form) {
        return false;
      }
    }
    return true;
  }

  private static long usual(String text) {
    return LocalDateTime.of(
                    number(text, 0, 4),
                    number(text, 5, 7),
                    number(text, 8, 10),
                    number(text, 11, 13),
                    number(text, 14, 16),
                    number(text, 17, 19))
                .toEpochSecond(ZoneOffset.UTC)
            * 1000
        + number(text, 20, 23);
  }

  private static int number(String text, int from, int to) {
    int number = 0;
    for (int i = from; i < to; i++) {
      number = number * 10 + text.charAt(i) - '0';
    }
    return number;
  }
}
