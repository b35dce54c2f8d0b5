package io.mirrorneuron.runtime.schedule;

import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.schedule.SchedulesPort.BackfillReport;
import io.mirrorneuron.port.schedule.SchedulesPort.BackfillReport.BackfillTime;
import io.mirrorneuron.port.schedule.SchedulesPort.BackfillView;
import io.mirrorneuron.runtime.schedule.cron.CronCalendar;
import io.mirrorneuron.runtime.schedule.cron.CronSchedule;
import io.mirrorneuron.runtime.schedule.cron.CronSchedule.Firing;
import io.mirrorneuron.runtime.schedule.cron.WrittenTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongPredicate;

/**
 * A backfill as requested.
 *
 * @param isDry whether no job is to be made
 * @param first the first times of the range
 */
record BackfillRequest(
    Schedule schedule, Backfill.Range range, boolean isDry, long total, List<Firing> first) {

  /** Most jobs of one backfill that may be open at a time. */
  static final int MOST_OPEN = 20;

  /** Most times of one backfill. */
  static final int MOST = 10_000;

  private static final int MOST_SHOWN = 100;
  private static final int USUAL_CONCURRENCY = 1;

  /**
   * @throws MnException INVALID with all faults
   */
  static BackfillRequest read(
      Schedule schedule, Map<String, Object> wanted, CronCalendar calendar, long now) {
    Definition definition = schedule.definition();
    if (definition.kind() != Definition.Kind.PERIODIC) {
      throw MnException.invalid(
          "only a periodic schedule has times to backfill; this one is %s, and run-now makes a job of it"
              .formatted(definition.kind().word()));
    }
    JsonMemberReader members = new JsonMemberReader("", wanted);
    Long from = time(members, "from", definition.timezone());
    Long to = time(members, "to", definition.timezone());
    long concurrency = members.number("concurrency", USUAL_CONCURRENCY, 1, MOST_OPEN);
    boolean isDry = members.flag("dry_run", false);
    if (from != null && to != null && from >= to) {
      members.fault("to must be later than from");
    }
    if (to != null && to > now) {
      members.fault(
          "to must not be later than now, %s: the schedule itself makes the jobs of times to come"
              .formatted(DispatchNotes.time(now)));
    }
    members.refuseOthers();
    if (!members.faults().isEmpty()) {
      throw MnException.invalid(String.join("; ", members.faults()));
    }
    Backfill.Range range = new Backfill.Range(from, to, (int) concurrency);
    return counted(schedule, range, isDry, calendar);
  }

  private static Long time(JsonMemberReader members, String name, String zone) {
    String text = members.text(name);
    Long time = text == null ? null : DefinitionReader.time(text, zone);
    if (time == null) {
      members.fault(
          "%s %s, without an offset one of %s".formatted(name, WrittenTime.fault(text), zone));
    }
    return time;
  }

  private static BackfillRequest counted(
      Schedule schedule, Backfill.Range range, boolean isDry, CronCalendar calendar) {
    Definition definition = schedule.definition();
    CronSchedule times = calendar.of(definition.crons(), definition.timezone());
    List<Firing> first = new ArrayList<>();
    long total = 0;
    Instant end = Instant.ofEpochMilli(range.to());
    Optional<Firing> next = times.nextFiring(Instant.ofEpochMilli(range.from() - 1));
    while (next.isPresent() && next.get().at().isBefore(end)) {
      if (total == MOST) {
        throw MnException.invalid(
            "the schedule has more than %d times from from to to; ask for them in parts, the first with to %s"
                .formatted(MOST, DispatchNotes.time(next.get().at().toEpochMilli())));
      }
      total++;
      if (first.size() < MOST_SHOWN) {
        first.add(next.get());
      }
      next = times.nextFiring(next.get().at());
    }
    if (total == 0) {
      throw MnException.invalid(
          "the schedule has no time from %s to %s; mn schedule next shows those that it has"
              .formatted(DispatchNotes.time(range.from()), DispatchNotes.time(range.to())));
    }
    return new BackfillRequest(schedule, range, isDry, total, first);
  }

  ScheduleInput input() {
    return new ScheduleInput.BeginBackfill(range, total);
  }

  /**
   * @param hadJob whether a time has had its job
   */
  BackfillReport dry(LongPredicate hadJob) {
    List<BackfillTime> data = new ArrayList<>();
    for (Firing firing : first) {
      long at = firing.at().toEpochMilli();
      data.add(
          new BackfillTime(
              DispatchNotes.time(at),
              firing.local().toString(),
              Firings.change(firing),
              hadJob.test(at)));
    }
    return report(data, null);
  }

  BackfillReport begun(BackfillView backfill) {
    return report(null, backfill);
  }

  private BackfillReport report(List<BackfillTime> data, BackfillView backfill) {
    return new BackfillReport(
        schedule.id(),
        isDry,
        schedule.definition().timezone(),
        DispatchNotes.time(range.from()),
        DispatchNotes.time(range.to()),
        range.concurrency(),
        total,
        data,
        backfill);
  }
}
