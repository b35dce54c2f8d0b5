package io.mirrorneuron.runtime.schedule.cron;

import java.util.List;
import java.util.Locale;

/** One of the five fields of an expression: the numbers it takes and how they are written. */
enum CronField {
  MINUTE("minute", 0, 59, List.of()),
  HOUR("hour", 0, 23, List.of()),
  DAY_OF_MONTH("day of month", 1, 31, List.of()),
  MONTH(
      "month",
      1,
      12,
      List.of("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")),
  DAY_OF_WEEK("day of week", 0, 7, List.of("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"));

  private static final String SPECIAL = "LW#?";

  private final String title;
  private final int first;
  private final int last;

  /** What other programs take for the numbers from the first on. */
  private final List<String> names;

  CronField(String title, int first, int last, List<String> names) {
    this.title = title;
    this.first = first;
    this.last = last;
    this.names = names;
  }

  /** Why a field is refused. */
  static final class Refusal extends Exception {
    private static final long serialVersionUID = 1L;

    Refusal(String reason) {
      super(reason, null, false, false);
    }
  }

  /** Whether a field leaves nothing out by how it is written, not by what that amounts to. */
  static boolean isUnrestricted(String text) {
    return text.equals("*") || text.equals("*/1");
  }

  /** How it is called where something is wrong with it. */
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
      return "names are not supported; write %d in place of \"%s\"".formatted(named + first, text);
    }
    if (part.chars().anyMatch(c -> SPECIAL.indexOf(Character.toUpperCase(c)) >= 0)) {
      return "\"%s\" uses L, W, # or ?, which are not supported".formatted(part);
    }
    return "\"%s\" is not a number, *, a range a-b or a step a/n".formatted(part);
  }

  private static boolean isNumber(String text) {
    return !text.isEmpty() && text.chars().allMatch(c -> c >= '0' && c <= '9');
  }

  /** What has more digits than any field can use is as good as the largest number. */
  private static int value(String digits) {
    return digits.length() > 9 ? 1_000_000_000 : Integer.parseInt(digits);
  }
}
