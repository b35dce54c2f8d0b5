package io.mirrorneuron.runtime.schedule.cron;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * The contract of cron, by brute force: walks through the minutes of a stretch of time and asks of
 * each whether an expression fires in it. Shares no code with the evaluator and knows no changes of
 * the clocks, only what they show.
 */
final class MinuteWalker {
  /**
   * A minute as the clocks of a zone show it.
   *
   * @param leftOut local minutes between the one before and this one
   */
  private record Minute(
      Instant at, LocalDateTime local, boolean again, List<LocalDateTime> leftOut) {}

  private final List<Minute> minutes = new ArrayList<>();

  /** The minutes after the first instant, up to the second with it. */
  MinuteWalker(ZoneId zone, Instant after, Instant until) {
    LocalDateTime before = local(zone, after);
    for (Instant at = after.plusSeconds(60); !at.isAfter(until); at = at.plusSeconds(60)) {
      LocalDateTime local = local(zone, at);
      List<ZoneOffset> offsets = zone.getRules().getValidOffsets(local);
      boolean again = offsets.size() == 2 && !local.toInstant(offsets.getFirst()).equals(at);
      minutes.add(new Minute(at, local, again, between(before, local)));
      before = local;
    }
  }

  private static LocalDateTime local(ZoneId zone, Instant at) {
    return LocalDateTime.ofInstant(at, zone);
  }

  private static List<LocalDateTime> between(LocalDateTime before, LocalDateTime now) {
    long missing = Duration.between(before, now).toMinutes() - 1;
    List<LocalDateTime> leftOut = new ArrayList<>();
    for (int i = 1; i <= missing; i++) {
      leftOut.add(before.plusMinutes(i));
    }
    return leftOut;
  }

  List<Instant> firings(WrittenCron cron) {
    Map<LocalDate, Boolean> days = new HashMap<>(); // asked once each, as texts are slow to read
    Map<LocalTime, Boolean> times = new HashMap<>();
    Predicate<LocalDateTime> matches =
        local ->
            days.computeIfAbsent(local.toLocalDate(), cron::isOn)
                && times.computeIfAbsent(local.toLocalTime(), cron::isAt);
    return minutes.stream()
        .filter(
            minute ->
                matches.test(minute.local) && (!minute.again || cron.isForEveryHour())
                    || minute.leftOut.stream().anyMatch(matches))
        .map(Minute::at)
        .toList();
  }
}
