package io.mirrorneuron.runtime.schedule.cron;

import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.time.zone.ZoneOffsetTransition;
import java.time.zone.ZoneRules;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Cron expressions in a time zone. It fires when any of them matches, once for several matches at
 * the same time.
 *
 * <p>Where the clocks are set forward, all skipped local times are one firing, at the first instant
 * after them. Where they are set back, a local time that exists twice fires at its first pass; an
 * expression with an unrestricted hour field fires at both.
 */
public final class CronSchedule {
  /**
   * Without a firing in so many years there is none: the rarest is 29 February, which is eight
   * years apart around most turns of a century, and a clock change may skip a day.
   */
  private static final int SEARCHED_YEARS = 9;

  private final List<CronExpression> expressions;
  private final ZoneRules rules;

  private CronSchedule(List<CronExpression> expressions, ZoneRules rules) {
    this.expressions = expressions;
    this.rules = rules;
  }

  /**
   * @param expressions at least one
   * @throws CronSyntaxException of the first faulty one
   */
  public static CronSchedule of(List<String> expressions, ZoneId zone) {
    if (expressions.isEmpty()) {
      throw new IllegalArgumentException("a schedule needs at least one expression");
    }
    return new CronSchedule(expressions.stream().map(CronExpression::of).toList(), zone.getRules());
  }

  /**
   * The first firing strictly later than {@code after}; empty when there is none before year 10000.
   */
  public Optional<Instant> next(Instant after) {
    return nextFiring(after).map(Firing::at);
  }

  /** As {@link #next}, with local time and clock change. */
  public Optional<Firing> nextFiring(Instant after) {
    Stream<Firing> each = expressions.stream().map(e -> next(e, after)).filter(Objects::nonNull);
    return each.min(Comparator.comparing(Firing::at).thenComparing(Firing::clockChange))
        .filter(first -> !first.at().isAfter(WrittenTime.LATEST));
  }

  /**
   * @param count most firings; fewer when the schedule ends
   */
  public List<Firing> upcoming(Instant after, int count) {
    List<Firing> firings = new ArrayList<>();
    Instant last = after;
    while (firings.size() < count) {
      Optional<Firing> next = nextFiring(last);
      if (next.isEmpty()) {
        break;
      }
      firings.add(next.get());
      last = next.get().at();
    }
    return firings;
  }

  /**
   * Walks from one clock change to the next: between two of them local time and instants differ by
   * a constant offset.
   */
  private Firing next(CronExpression expression, Instant after) {
    ZoneOffset offset = rules.getOffset(after);
    LocalDateTime from =
        LocalDateTime.ofEpochSecond(after.getEpochSecond(), 0, offset)
            .truncatedTo(ChronoUnit.MINUTES)
            .plusMinutes(1);
    LocalDateTime end = from.plusYears(SEARCHED_YEARS);
    ZoneOffsetTransition change = rules.nextTransition(after);
    while (true) {
      boolean changes = change != null && change.getDateTimeBefore().isBefore(end);
      Firing found = between(expression, from, changes ? change.getDateTimeBefore() : end, offset);
      if (found == null && changes) {
        found = leftOut(expression, change);
      }
      if (found != null || !changes) {
        return found;
      }
      from = change.getDateTimeAfter();
      offset = change.getOffsetAfter();
      change = rules.nextTransition(change.getInstant());
    }
  }

  private Firing between(
      CronExpression expression, LocalDateTime from, LocalDateTime until, ZoneOffset offset) {
    LocalDateTime local = expression.first(from, until);
    if (local == null) {
      return null;
    }
    ZoneOffsetTransition change = rules.getTransition(local);
    if (change == null || !change.isOverlap()) {
      return new Firing(local.toInstant(offset), local, ClockChange.NONE);
    }
    boolean second = offset.equals(change.getOffsetAfter());
    if (second && !expression.isForEveryHour()) {
      return between(expression, change.getDateTimeBefore(), until, offset);
    }
    return new Firing(
        local.toInstant(offset), local, second ? ClockChange.SECOND_PASS : ClockChange.FIRST_PASS);
  }

  private static Firing leftOut(CronExpression expression, ZoneOffsetTransition change) {
    if (change.isOverlap() || expression.matches(change.getDateTimeAfter())) {
      return null;
    }
    LocalDateTime local = expression.first(change.getDateTimeBefore(), change.getDateTimeAfter());
    return local == null ? null : new Firing(change.getInstant(), local, ClockChange.MOVED);
  }

  /**
   * One firing of a schedule.
   *
   * @param local the requested local time; does not exist where a clock change moved it
   */
  public record Firing(Instant at, LocalDateTime local, ClockChange clockChange) {}

  /** Effect of a clock change on a firing. */
  public enum ClockChange {
    /** No further step. */
    NONE,
    /** The local time does not exist on that day: it fires when the clocks were set forward. */
    MOVED,
    /** The local time exists twice: this is the earlier one. */
    FIRST_PASS,
    /** The local time exists twice: this is the later one, of an expression for every hour. */
    SECOND_PASS
  }

  /** A refused cron expression; the message quotes it, with position and reason. */
  public static final class CronSyntaxException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;
    private static final int QUOTED = 200;

    CronSyntaxException(String expression, String reason) {
      super("invalid cron expression \"%s\": %s".formatted(excerpt(expression), reason));
    }

    private static String excerpt(String expression) {
      return expression.length() <= QUOTED ? expression : expression.substring(0, QUOTED) + "…";
    }
  }
}
