package io.mirrorneuron.runtime.schedule;

import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.schedule.SchedulesPort.FiringPreview;
import io.mirrorneuron.port.schedule.SchedulesPort.FiringPreview.FiringTime;
import io.mirrorneuron.runtime.schedule.Definition.Kind;
import io.mirrorneuron.runtime.schedule.cron.CronCalendar;
import io.mirrorneuron.runtime.schedule.cron.CronSchedule.ClockChange;
import io.mirrorneuron.runtime.schedule.cron.CronSchedule.Firing;
import io.mirrorneuron.runtime.schedule.cron.WrittenTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;

/** Computes the future times of schedules. Pure. */
final class Firings {
  private static final int USUAL = 10;
  private static final int MOST = 100;
  private static final int MOST_OTHERS = 10;

  private final CronCalendar calendar;
  private final String runAt;

  /**
   * @param runAt of a delayed schedule as it was written; null when unknown
   */
  Firings(CronCalendar calendar, String runAt) {
    this.calendar = calendar;
    this.runAt = runAt;
  }

  /**
   * @param id null for a schedule that is not made yet
   * @param others schedules that may fire at the same time
   */
  FiringPreview of(String id, Definition definition, int count, long from, List<Schedule> others) {
    int wanted = count <= 0 ? USUAL : Math.min(count, MOST);
    List<FiringTime> times = new ArrayList<>();
    switch (definition.kind()) {
      case PERIODIC -> {
        for (Firing firing :
            calendar
                .of(definition.crons(), definition.timezone())
                .upcoming(Instant.ofEpochMilli(from), wanted)) {
          times.add(time(firing, others, id));
        }
      }
      case DELAYED -> {
        if (definition.runAt() > from) {
          times.add(
              time(
                  WrittenTime.firing(definition.runAt(), definition.timezone(), runAt),
                  others,
                  id));
        }
      }
      case EVENT, RESOURCE_WAIT -> {}
    }
    return reported(id, definition, from, times);
  }

  private FiringTime time(Firing firing, List<Schedule> others, String id) {
    long at = firing.at().toEpochMilli();
    return new FiringTime(
        DispatchNotes.time(at),
        firing.local().toString(),
        change(firing),
        others.stream()
            .filter(other -> !other.id().equals(id) && isDue(other, at))
            .map(Schedule::id)
            .limit(MOST_OTHERS)
            .toList());
  }

  /** The clock change at a firing; null for none. */
  static String change(Firing firing) {
    return firing.clockChange() == ClockChange.NONE
        ? null
        : firing.clockChange().name().toLowerCase(Locale.ROOT);
  }

  private boolean isDue(Schedule other, long at) {
    Definition definition = other.definition();
    if (definition.kind() != Kind.PERIODIC) {
      return other.nextDue() != null && other.nextDue() == at;
    }
    OptionalLong next = calendar.next(definition.crons(), definition.timezone(), at - 1);
    return next.isPresent() && next.getAsLong() == at;
  }

  /**
   * The preview of a stored schedule; a paused one has no times.
   *
   * @param from as requested
   */
  FiringPreview of(Schedule stored, int count, long from, List<Schedule> others) {
    boolean isPaused = stored.status() == Schedule.Status.PAUSED;
    Definition definition = stored.definition();
    if (isPaused && stored.pausedUntil() == null) {
      return reported(stored.id(), definition, from, List.of());
    }
    long first = isPaused ? Math.max(from, stored.pausedUntil() - 1) : from;
    return of(stored.id(), definition, count, first, others);
  }

  private static FiringPreview reported(
      String id, Definition definition, long from, List<FiringTime> times) {
    return new FiringPreview(
        id, definition.kind().word(), definition.timezone(), DispatchNotes.time(from), times);
  }

  /**
   * The time after which firings are listed. Handled times never come again, also when the clock
   * was set back, so none of them is listed.
   *
   * @param text an ISO time, of the zone when it has no offset; null for now
   * @param dealtWith the latest handled time; null for none
   */
  static long from(String text, String zone, long now, Long dealtWith) {
    long from = text == null || text.isBlank() ? now : read(text, zone);
    return dealtWith == null || from < now ? from : Math.max(from, dealtWith);
  }

  private static long read(String text, String zone) {
    Long from = DefinitionReader.time(text, zone);
    if (from == null) {
      throw MnException.invalid("from " + WrittenTime.fault(text));
    }
    return from;
  }
}
