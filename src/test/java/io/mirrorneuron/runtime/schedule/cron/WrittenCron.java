package io.mirrorneuron.runtime.schedule.cron;

import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** An expression as tests read it: its text, asked again for each minute. */
record WrittenCron(String minute, String hour, String day, String month, String weekday) {

  static WrittenCron of(String text) {
    String[] fields = text.split(" ");
    return new WrittenCron(fields[0], fields[1], fields[2], fields[3], fields[4]);
  }

  /** With numbers near a time, so that it fires there. */
  static WrittenCron random(Random random, LocalDateTime near) {
    return new WrittenCron(
        field(random, 0, 59, near.getMinute(), 0.15),
        field(random, 0, 23, near.getHour(), 0.3),
        field(random, 1, 31, near.getDayOfMonth(), 0.6),
        field(random, 1, 12, near.getMonthValue(), 0.8),
        field(random, 0, 7, near.getDayOfWeek().getValue(), 0.7));
  }

  private static String field(Random random, int first, int last, int near, double all) {
    if (random.nextDouble() < all) {
      return random.nextInt(10) == 0 ? "*/1" : "*";
    }
    int parts = random.nextInt(4) == 0 ? 1 + random.nextInt(3) : 1;
    return IntStream.range(0, parts)
        .mapToObj(i -> part(random, first, last, near))
        .collect(Collectors.joining(","));
  }

  private static String part(Random random, int first, int last, int near) {
    int from = number(random, first, last, near);
    int to = number(random, from, last, near);
    int step = 1 + random.nextInt(last / 2);
    return switch (random.nextInt(6)) {
      case 0 -> "*/" + step;
      case 1 -> from + "-" + to;
      case 2 -> from + "-" + to + "/" + step;
      case 3 -> from + "/" + step;
      default -> Integer.toString(from);
    };
  }

  private static int number(Random random, int first, int last, int near) {
    int number =
        random.nextBoolean()
            ? first + random.nextInt(last - first + 1)
            : near - 1 + random.nextInt(3);
    return Math.clamp(number, first, last);
  }

  boolean isForEveryHour() {
    return !isRestricted(hour);
  }

  boolean matches(LocalDateTime local) {
    return isAt(local.toLocalTime()) && isOn(local.toLocalDate());
  }

  boolean isAt(LocalTime time) {
    return holds(minute, time.getMinute(), 59) && holds(hour, time.getHour(), 23);
  }

  boolean isOn(LocalDate date) {
    int sunday = date.getDayOfWeek().getValue() % 7;
    boolean onDay = holds(day, date.getDayOfMonth(), 31);
    boolean onWeekday = holds(weekday, sunday, 7) || sunday == 0 && holds(weekday, 7, 7);
    boolean either = isRestricted(day) && isRestricted(weekday);
    return holds(month, date.getMonthValue(), 12)
        && (either ? onDay || onWeekday : onDay && onWeekday);
  }

  private static boolean isRestricted(String field) {
    return !field.equals("*") && !field.equals("*/1");
  }

  private static boolean holds(String field, int number, int last) {
    return Arrays.stream(field.split(",")).anyMatch(part -> partHolds(part, number, last));
  }

  private static boolean partHolds(String part, int number, int last) {
    String[] halves = part.split("/");
    int step = halves.length == 2 ? Integer.parseInt(halves[1]) : 1;
    String[] ends = halves[0].split("-");
    if (ends[0].equals("*")) {
      return (number - (last == 31 || last == 12 ? 1 : 0)) % step == 0;
    }
    int from = Integer.parseInt(ends[0]);
    int to = ends.length == 2 ? Integer.parseInt(ends[1]) : halves.length == 2 ? last : from;
    return from <= number && number <= to && (number - from) % step == 0;
  }

  @Override
  public String toString() {
    return String.join(" ", minute, hour, day, month, weekday);
  }
}
