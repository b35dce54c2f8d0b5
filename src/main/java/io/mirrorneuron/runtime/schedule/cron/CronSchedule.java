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
 * Expressions in a zone. It fires when one of them does, and once where several do at the same
 * time.
 *
 * <p>Where the clocks are set forward, all local times that are left out are one firing, at the
 * first instant after them. Where they are set back, a local time that is there twice fires at its
 * first pass; an expression whose hour field is unrestricted fires at both.
 */
public final class CronSchedule {
  /**
   * What fires in none of so many years never fires: the rarest is 29 February, which eight years
   * lie between around most turns of a century, and the change of a clock may take a day.
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
   * @throws CronSyntaxException of the first that is wrong
   */
  public static CronSchedule of(List<String> expressions, ZoneId zone) {
    if (expressions.isEmpty()) {
      throw new IllegalArgumentException("a schedule needs at least one expression");
    }
    return new CronSchedule(expressions.stream().map(CronExpression::of).toList(), zone.getRules());
  }

  /**
   * @return strictly later; nothing when it never fires, or not before year 10000
   */
  public Optional<Instant> next(Instant after) {
    return nextFiring(after).map(Firing::at);
  }

  /** The same with the local time and what the clocks do at it. */
  public Optional<Firing> nextFiring(Instant after) {
    Stream<Firing> each = expressions.stream().map(e -> next(e, after)).filter(Objects::nonNull);
    return each.min(Comparator.comparing(Firing::at).thenComparing(Firing::clockChange))
        .filter(first -> !first.at().isAfter(WrittenTime.LATEST));
  }

  /**
   * @param count how many at most; there are less where the schedule ends to fire
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
   * Walks from one change of the clocks to the next. Between two of them local time and instants
   * differ by one offset, so only the ends need thought.
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
   * One time at which a schedule fires.
   *
   * @param local what was asked for; where the clock change moved it, a time that does not exist
   */
  public record Firing(Instant at, LocalDateTime local, ClockChange clockChange) {}

  /** What a change of the clocks has to do with a firing. */
  public enum ClockChange {
    /** Nothing. */
    NONE,
    /**
     * Its local time does not exist on that day: it fires as soon as the clocks were set forward.
     */
    MOVED,
    /** Its local time is there twice: this is the earlier one. */
    FIRST_PASS,
    /** Its local time is there twice: this is the later one, of an expression for every hour. */
    SECOND_PASS
  }

  /**
   * A cron expression that is refused; the message quotes it and says where it is wrong and why.
   */
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
