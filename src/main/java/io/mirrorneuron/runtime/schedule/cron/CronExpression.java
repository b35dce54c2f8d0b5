package io.mirrorneuron.runtime.schedule.cron;

import io.mirrorneuron.runtime.schedule.cron.CronSchedule.CronSyntaxException;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.YearMonth;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * A cron expression: five fields (minute, hour, day of month, month, day of week) or a macro that
 * begins with {@code @}. Works in local minutes; {@link CronSchedule} handles zones.
 *
 * <p>A field is restricted when it is written in any other way than {@code *} or {@code *}{@code
 * /1}. When both day fields are restricted, a day must match only one of them.
 */
final class CronExpression {
  private static final int MINUTES_PER_HOUR = 60;
  private static final int NONE = -1;

  private static final Map<String, String> WORDS =
      new TreeMap<>(
          Map.of(
              "@hourly", "0 * * * *",
              "@daily", "0 0 * * *",
              "@midnight", "0 0 * * *",
              "@weekly", "0 0 * * 0",
              "@monthly", "0 0 1 * *",
              "@yearly", "0 0 1 1 *",
              "@annually", "0 0 1 1 *"));

  private final long minutes;
  private final long hours;
  private final long days;
  private final long months;
  private final long weekdays;
  private final boolean eitherDay;
  private final boolean everyHour;

  private CronExpression(String[] fields, String text) {
    this.minutes = bits(CronField.MINUTE, fields, text);
    this.hours = bits(CronField.HOUR, fields, text);
    this.days = bits(CronField.DAY_OF_MONTH, fields, text);
    this.months = bits(CronField.MONTH, fields, text);
    this.weekdays = bits(CronField.DAY_OF_WEEK, fields, text);
    this.eitherDay =
        isRestricted(CronField.DAY_OF_MONTH, fields) && isRestricted(CronField.DAY_OF_WEEK, fields);
    this.everyHour = !isRestricted(CronField.HOUR, fields);
  }

  /**
   * @throws CronSyntaxException with the position
   */
  static CronExpression of(String text) {
    String written = text.strip();
    if (written.startsWith("@")) {
      String meant = WORDS.get(written);
      if (meant == null) {
        throw new CronSyntaxException(
            text, "it is none of %s".formatted(String.join(", ", WORDS.keySet())));
      }
      written = meant;
    }
    String[] fields = written.isEmpty() ? new String[0] : written.split("\\s+");
    if (fields.length != CronField.values().length) {
      throw new CronSyntaxException(
          text,
          "it has %d %s instead of five: minute, hour, day of month, month, day of week%s"
              .formatted(
                  fields.length,
                  fields.length == 1 ? "field" : "fields",
                  fields.length == 6 ? "; there is no field for seconds" : ""));
    }
    return new CronExpression(fields, text);
  }

  private static long bits(CronField field, String[] fields, String text) {
    try {
      return field.bits(fields[field.ordinal()]);
    } catch (CronField.Refusal e) {
      throw new CronSyntaxException(text, field.place() + ": " + e.getMessage());
    }
  }

  private static boolean isRestricted(CronField field, String[] fields) {
    return !CronField.isUnrestricted(fields[field.ordinal()]);
  }

  /** Whether it is written for every hour, so that an hour that exists twice fires twice. */
  boolean isForEveryHour() {
    return everyHour;
  }

  boolean matches(LocalDateTime minute) {
    return minute.equals(first(minute, minute.plusMinutes(1)));
  }

  /**
   * The first local minute that matches; null for none.
   *
   * @param from inclusive
   * @param until exclusive
   */
  LocalDateTime first(LocalDateTime from, LocalDateTime until) {
    if (!from.isBefore(until)) {
      return null;
    }
    int year = from.getYear();
    int month = from.getMonthValue();
    int day = from.getDayOfMonth();
    int minute = from.getHour() * MINUTES_PER_HOUR + from.getMinute();
    int lastMonth = until.getYear() * 12 + until.getMonthValue();
    while (year * 12 + month <= lastMonth) {
      for (long due = daysOf(year, month) & -1L << day; due != 0; due &= due - 1) {
        int next = Long.numberOfTrailingZeros(due);
        int time = firstTime(next == day ? minute : 0);
        if (time != NONE) {
          LocalDateTime found =
              LocalDateTime.of(year, month, next, time / MINUTES_PER_HOUR, time % MINUTES_PER_HOUR);
          return found.isBefore(until) ? found : null;
        }
      }
      day = 0;
      minute = 0;
      year += month / 12;
      month = month % 12 + 1;
    }
    return null;
  }

  /** Bit N is set when day N of the month matches. */
  private long daysOf(int year, int month) {
    if ((months & 1L << month) == 0) {
      return 0;
    }
    int length = YearMonth.of(year, month).lengthOfMonth();
    int weekdayOfFirst = LocalDate.of(year, month, 1).getDayOfWeek().getValue() % 7;
    long five = weekdays | weekdays << 7 | weekdays << 14 | weekdays << 21 | weekdays << 28;
    long byWeekday = (five | weekdays << 35) >>> weekdayOfFirst << 1;
    long matching = eitherDay ? days | byWeekday : days & byWeekday;
    return matching & ((1L << length + 1) - 2);
  }

  /** The first matching minute of a day that is not before {@code from}, counted from midnight. */
  private int firstTime(int from) {
    if (from >= 24 * MINUTES_PER_HOUR) {
      return NONE;
    }
    int hour = from / MINUTES_PER_HOUR;
    long inHour = minutes & -1L << from % MINUTES_PER_HOUR;
    if ((hours & 1L << hour) != 0 && inHour != 0) {
      return hour * MINUTES_PER_HOUR + Long.numberOfTrailingZeros(inHour);
    }
    long later = hours & -2L << hour;
    return later == 0
        ? NONE
        : Long.numberOfTrailingZeros(later) * MINUTES_PER_HOUR
            + Long.numberOfTrailingZeros(minutes);
  }

  /** A field of an expression: its numbers and names. */
  private enum CronField {
    MINUTE("minute", 0, 59, List.of()),
    HOUR("hour", 0, 23, List.of()),
    DAY_OF_MONTH("day of month", 1, 31, List.of()),
    MONTH(
        "month",
        1,
        12,
        List.of(
            "JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")),
    DAY_OF_WEEK("day of week", 0, 7, List.of("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"));

    private static final String SPECIAL = "LW#?";

    private final String title;
    private final int first;
    private final int last;

    /** Names that other cron implementations accept for the numbers, from the first on. */
    private final List<String> names;

    CronField(String title, int first, int last, List<String> names) {
      this.title = title;
      this.first = first;
      this.last = last;
      this.names = names;
    }

    /** The fault of a field. */
    static final class Refusal extends Exception {
      private static final long serialVersionUID = 1L;

      Refusal(String reason) {
        super(reason, null, false, false);
      }
    }

    /**
     * Whether the text is written as unrestricted; other texts that match all numbers do not count.
     */
    static boolean isUnrestricted(String text) {
      return text.equals("*") || text.equals("*/1");
    }

    /** The field's name in messages. */
    String place() {
      return "field %d (%s)".formatted(ordinal() + 1, title);
    }

    /** A bit for each number that matches; Sunday is bit 0 only. */
    long bits(String text) throws Refusal {
      long bits = 0;
      for (String part : text.split(",", -1)) {
        if (part.isEmpty()) {
          throw new Refusal("\"%s\" has an empty part".formatted(text));
        }
        bits |= part(part);
      }
      return this == DAY_OF_WEEK ? (bits | bits >>> 7) & 0x7F : bits;
    }

    private long part(String part) throws Refusal {
      int slash = part.indexOf('/');
      String range = slash < 0 ? part : part.substring(0, slash);
      int step = slash < 0 ? 1 : step(part, part.substring(slash + 1));
      int dash = range.indexOf('-');
      if (range.equals("*")) {
        return every(first, last, step);
      }
      if (dash < 0) {
        int from = number(range, part);
        return every(from, slash < 0 ? from : last, step);
      }
      int from = number(range.substring(0, dash), part);
      int to = number(range.substring(dash + 1), part);
      if (from > to) {
        throw new Refusal(
            "the range \"%d-%d\" runs backwards; write it as two parts with a comma"
                .formatted(from, to));
      }
      return every(from, to, step);
    }

    private static long every(int from, int to, int step) {
      long bits = 0;
      for (int number = from; number <= to; number += step) {
        bits |= 1L << number;
      }
      return bits;
    }

    private static int step(String part, String text) throws Refusal {
      if (!isNumber(text)) {
        throw new Refusal("the step of \"%s\" must be a whole number".formatted(part));
      }
      int step = value(text);
      if (step == 0) {
        throw new Refusal("the step of \"%s\" must be 1 or more".formatted(part));
      }
      return step;
    }

    private int number(String text, String part) throws Refusal {
      if (!isNumber(text)) {
        throw new Refusal(noNumber(text, part));
      }
      int number = value(text);
      if (number < first || number > last) {
        throw new Refusal("%s is not between %d and %d".formatted(text, first, last));
      }
      return number;
    }

    private String noNumber(String text, String part) {
      int named = names.indexOf(text.toUpperCase(Locale.ROOT));
      if (named >= 0) {
        return "names are not supported; write %d in place of \"%s\""
            .formatted(named + first, text);
      }
      if (part.chars().anyMatch(c -> SPECIAL.indexOf(Character.toUpperCase(c)) >= 0)) {
        return "\"%s\" uses L, W, # or ?, which are not supported".formatted(part);
      }
      return "\"%s\" is not a number, *, a range a-b or a step a/n".formatted(part);
    }

    private static boolean isNumber(String text) {
      return !text.isEmpty() && text.chars().allMatch(c -> c >= '0' && c <= '9');
    }

    /** Text with more digits than any field can use counts as a number that is too large. */
    private static int value(String digits) {
      return digits.length() > 9 ? 1_000_000_000 : Integer.parseInt(digits);
    }
  }
}
