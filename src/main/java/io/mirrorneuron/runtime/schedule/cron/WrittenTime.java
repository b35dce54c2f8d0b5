package io.mirrorneuron.runtime.schedule.cron;

import io.mirrorneuron.config.NearestMatch;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.runtime.schedule.cron.CronSchedule.ClockChange;
import io.mirrorneuron.runtime.schedule.cron.CronSchedule.Firing;
import io.mirrorneuron.wire.Json;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.zone.ZoneOffsetTransition;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Reads times and zones as people write them. Pure. */
public final class WrittenTime {
  /** IANA names that Java does not know as they are. */
  private static final Map<String, String> SHORT =
      Map.of("EST", "America/Panama", "MST", "America/Phoenix", "HST", "Pacific/Honolulu");

  /** Timestamps have four-digit years. */
  static final Instant LATEST = Instant.parse("9999-12-31T23:59:59Z");

  /** No zone id is longer; messages repeat no more. */
  private static final int LONGEST_ZONE = 80;

  private WrittenTime() {}

  /**
   * Milliseconds since the epoch; null when the text is no time of the years 1970 to 9999.
   *
   * @param text an ISO time; without an offset it is one of the zone, by the rules of cron: a
   *     skipped local time is the first instant after it, of two instants it is the earlier one
   * @param zone an id that {@link ZoneId} knows
   */
  public static Long millis(String text, String zone) {
    try {
      return before(OffsetDateTime.parse(text).toInstant());
    } catch (DateTimeException e) {
      try {
        return before(instant(LocalDateTime.parse(text), ZoneId.of(zone)));
      } catch (DateTimeException neither) {
        return null;
      }
    }
  }

  /** The fault of a text that is no such time, to follow the text or a member's name. */
  public static String fault(String text) {
    boolean isTime = text != null && (isTime(text) || isTime(text + "Z"));
    return isTime
        ? "is not in the years 1970 to 9999"
        : "must be a time such as 2026-06-21T02:00:00Z";
  }

  private static boolean isTime(String text) {
    try {
      OffsetDateTime.parse(text);
      return true;
    } catch (DateTimeException e) {
      return false;
    }
  }

  /**
   * Reads a time that must be in the future.
   *
   * @param what name of the member
   * @throws MnException INVALID when it is no time, or has passed
   */
  public static long ahead(String what, String text, String zone, long now) {
    Long at = millis(text, zone);
    if (at == null) {
      throw MnException.invalid(what + " " + fault(text));
    }
    requireAhead(what, at, now, now);
    return at;
  }

  /**
   * @param earliest allowed time, milliseconds since the epoch
   * @throws MnException INVALID when it has passed
   */
  public static void requireAhead(String what, long at, long earliest, long now) {
    if (at < earliest) {
      throw MnException.invalid(
          "%s %s has passed: it is %s now".formatted(what, time(at), time(now)));
    }
  }

  private static String time(long millis) {
    return Json.timestamp(Instant.ofEpochMilli(millis));
  }

  private static Long before(Instant time) {
    boolean isNone = time.isBefore(Instant.EPOCH) || time.isAfter(LATEST);
    return isNone ? null : Long.valueOf(time.toEpochMilli());
  }

  private static Instant instant(LocalDateTime local, ZoneId zone) {
    ZoneOffsetTransition change = zone.getRules().getTransition(local);
    return change != null && change.isGap() ? change.getInstant() : local.atZone(zone).toInstant();
  }

  /**
   * A firing whose time does not come from an expression.
   *
   * @param text as it was written; null when unknown
   */
  public static Firing firing(long millis, String zone, String text) {
    try {
      LocalDateTime written = LocalDateTime.parse(text == null ? "" : text);
      ZoneOffsetTransition change = ZoneId.of(zone).getRules().getTransition(written);
      if (change != null && change.isGap()) {
        return new Firing(Instant.ofEpochMilli(millis), written, ClockChange.MOVED);
      }
    } catch (DateTimeException e) {
      // an offset is given: no clock change moves it
    }
    return firing(millis, zone);
  }

  static Firing firing(long millis, String zone) {
    Instant at = Instant.ofEpochMilli(millis);
    ZoneId id = ZoneId.of(zone);
    LocalDateTime local = LocalDateTime.ofInstant(at, id);
    ZoneOffsetTransition change = id.getRules().getTransition(local);
    if (change == null || !change.isOverlap()) {
      return new Firing(at, local, ClockChange.NONE);
    }
    boolean isSecond = id.getRules().getOffset(at).equals(change.getOffsetAfter());
    return new Firing(at, local, isSecond ? ClockChange.SECOND_PASS : ClockChange.FIRST_PASS);
  }

  /**
   * The zone's id in {@link ZoneId}.
   *
   * @throws DateTimeException with a sentence that may suggest a correction
   */
  public static String zone(String written) {
    try {
      return ZoneId.of(written, SHORT).getId();
    } catch (DateTimeException e) {
      if (written.length() > LONGEST_ZONE) {
        String begin = written.substring(0, LONGEST_ZONE);
        throw new DateTimeException("unknown timezone \"%s…\"".formatted(begin), e);
      }
      Set<String> known = ZoneId.getAvailableZoneIds();
      Optional<String> meant = known.stream().filter(written::equalsIgnoreCase).findFirst();
      throw new DateTimeException(
          "unknown timezone \"%s\"%s"
              .formatted(
                  written,
                  meant
                      .or(() -> NearestMatch.of(written, known))
                      .map("; did you mean \"%s\"?"::formatted)
                      .orElse("")),
          e);
    }
  }
}
