package io.mirrorneuron.runtime.schedule.cron;

import static org.assertj.core.api.Assertions.assertThat;

import com.cronutils.model.Cron;
import com.cronutils.model.definition.CronDefinition;
import com.cronutils.model.definition.CronDefinitionBuilder;
import com.cronutils.model.time.ExecutionTime;
import com.cronutils.parser.CronParser;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoUnit;
import java.time.zone.ZoneOffsetTransition;
import java.time.zone.ZoneRules;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

/**
 * The evaluator against others who say the same in other ways. A build takes a sample; {@code
 * -Dcron.whole=true} takes every transition and many more expressions.
 */
class CronOracleTest {
  private static final boolean WHOLE = Boolean.getBoolean("cron.whole");
  private static final Instant FIRST = Instant.parse("2000-01-01T00:00:00Z");
  private static final Instant LAST = Instant.parse("2038-01-01T00:00:00Z");
  private static final Duration AROUND = Duration.ofHours(30);
  private static final int YEARS = 9;

  private final Random random = new Random(15);
  private int compared;

  /** A zone for each set of rules that is in use. */
  private static Map<ZoneRules, ZoneId> zones() {
    Map<ZoneRules, ZoneId> zones = new LinkedHashMap<>();
    new TreeSet<>(ZoneId.getAvailableZoneIds())
        .forEach(id -> zones.putIfAbsent(ZoneId.of(id).getRules(), ZoneId.of(id)));
    return zones;
  }

  @Test
  void firesAsTheMinuteWalkerSaysAroundEachTransitionOfEachZone() {
    int transitions = 0;
    for (ZoneId zone : zones().values()) {
      ZoneOffsetTransition change = zone.getRules().nextTransition(FIRST);
      while (change != null && change.getInstant().isBefore(LAST)) {
        transitions++;
        if (WHOLE || random.nextInt(60) == 0) {
          compare(zone, change.getInstant(), change.getDateTimeBefore(), WHOLE ? 15 : 12);
        }
        change = zone.getRules().nextTransition(change.getInstant());
      }
    }
    tell("expressions around %d transitions".formatted(transitions));
    assertThat(transitions).isGreaterThan(9_000);
  }

  @Test
  void firesAsTheMinuteWalkerSaysAroundTheEndOfEachFebruary() {
    for (ZoneId zone : zones().values()) {
      for (int year = 2000; year < 2038; year++) {
        if (WHOLE || random.nextInt(120) == 0) {
          LocalDateTime end = LocalDateTime.of(year, 3, 1, 0, 0);
          compare(zone, end.atZone(zone).toInstant(), end.minusHours(1), 10);
        }
      }
    }
    tell("expressions around the end of February");
  }

  private void compare(ZoneId zone, Instant at, LocalDateTime near, int expressions) {
    Instant from = at.truncatedTo(ChronoUnit.MINUTES).minus(AROUND);
    Instant until = from.plus(AROUND).plus(AROUND);
    MinuteWalker walker = new MinuteWalker(zone, from, until);
    for (int i = 0; i < expressions; i++) {
      WrittenCron cron = WrittenCron.random(random, near);
      CronSchedule schedule = CronSchedule.of(List.of(cron.toString()), zone);
      List<Instant> firings = walker.firings(cron);
      assertThat(between(schedule, from, until))
          .as("%s in %s around %s", cron, zone, at)
          .isEqualTo(firings);
      Instant start = from.plusSeconds(random.nextLong(AROUND.toSeconds() * 2));
      assertThat(schedule.next(start).filter(next -> !next.isAfter(until)))
          .as("%s in %s after %s", cron, zone, start)
          .isEqualTo(firings.stream().filter(start::isBefore).findFirst());
      compared++;
    }
  }

  private static List<Instant> between(CronSchedule schedule, Instant from, Instant until) {
    List<Instant> firings = new ArrayList<>();
    Optional<Instant> next = schedule.next(from);
    while (next.isPresent() && !next.get().isAfter(until)) {
      firings.add(next.get());
      next = schedule.next(next.get());
    }
    return firings;
  }

  @Test
  void findsWhatIsYearsAway() {
    List<String> rare = List.of("0 0 29 2 *", "30 12 30 2 *", "59 23 29 2 6", "*/7 5 29 2 */1");
    for (int i = 0; i < (WHOLE ? 5_000 : 200); i++) {
      LocalDateTime near = LocalDateTime.of(2096, 2, 29 - i % 2, 1, 0);
      WrittenCron cron =
          i < rare.size() ? WrittenCron.of(rare.get(i)) : WrittenCron.random(random, near);
      LocalDateTime after =
          LocalDateTime.of(2000 + random.nextInt(110), 1 + random.nextInt(12), 1, 0, 0)
              .plusMinutes(random.nextInt(50_000));
      assertThat(
              CronSchedule.of(List.of(cron.toString()), ZoneOffset.UTC)
                  .next(after.toInstant(ZoneOffset.UTC)))
          .as("%s after %s", cron, after)
          .isEqualTo(dayByDay(cron, after).map(local -> local.toInstant(ZoneOffset.UTC)));
      compared++;
    }
    tell("searches of up to nine years");
  }

  private static Optional<LocalDateTime> dayByDay(WrittenCron cron, LocalDateTime after) {
    LocalDateTime end = after.plusMinutes(1).plusYears(YEARS);
    for (LocalDate day = after.toLocalDate();
        !day.isAfter(end.toLocalDate());
        day = day.plusDays(1)) {
      if (cron.isOn(day)) {
        for (int minute = 0; minute < 1440; minute++) {
          LocalDateTime local = day.atStartOfDay().plusMinutes(minute);
          if (local.isAfter(after) && local.isBefore(end) && cron.matches(local)) {
            return Optional.of(local);
          }
        }
      }
    }
    return Optional.empty();
  }

  /** Without what it is known to read in another way, which {@code breadth-spike} found. */
  @Test
  void firesAsCronUtilsSaysOnTheLocalTimeLine() {
    CronParser parser = new CronParser(fiveFields());
    int expressions = WHOLE ? 20_000 : 1_000;
    for (int i = 0; i < expressions; i++) {
      LocalDateTime near =
          LocalDateTime.of(2000 + random.nextInt(38), 1 + random.nextInt(12), 1, 0, 0)
              .plusMinutes(random.nextInt(40_000));
      WrittenCron written = WrittenCron.random(random, near);
      if (("," + written.weekday()).contains(",7/")) {
        continue;
      }
      Cron cron = parser.parse(written.toString());
      ZonedDateTime theirs = near.atZone(ZoneOffset.UTC);
      Instant ours = theirs.toInstant();
      CronSchedule schedule = CronSchedule.of(List.of(written.toString()), ZoneOffset.UTC);
      for (int firing = 0; firing < 3; firing++) {
        Optional<ZonedDateTime> expected =
            ExecutionTime.forCron(cron).nextExecution(theirs).filter(isWithin(theirs));
        Optional<Instant> next = schedule.next(ours);
        assertThat(next)
            .as("%s after %s", written, ours)
            .isEqualTo(expected.map(ZonedDateTime::toInstant));
        if (next.isEmpty()) {
          break;
        }
        theirs = expected.get();
        ours = next.get();
        compared++;
      }
    }
    tell("firings of cron-utils");
  }

  private static Predicate<ZonedDateTime> isWithin(ZonedDateTime after) {
    return next -> next.isBefore(after.plusMinutes(1).plusYears(YEARS));
  }

  private static CronDefinition fiveFields() {
    return CronDefinitionBuilder.defineCron()
        .withMinutes()
        .withStrictRange()
        .and()
        .withHours()
        .withStrictRange()
        .and()
        .withDayOfMonth()
        .and()
        .withMonth()
        .and()
        .withDayOfWeek()
        .withValidRange(0, 7)
        .withMondayDoWValue(1)
        .withIntMapping(7, 0)
        .and()
        .instance();
  }

  private void tell(String what) {
    System.out.println("cron: " + compared + " " + what);
  }
}
