package io.mirrorneuron.runtime.schedule;

import io.mirrorneuron.port.schedule.ScheduleView;
import io.mirrorneuron.port.schedule.ScheduleView.DispatchRecord;
import io.mirrorneuron.port.schedule.ScheduleView.ScheduleCounters;
import io.mirrorneuron.port.schedule.ScheduleView.ScheduleVersions;
import io.mirrorneuron.port.schedule.SchedulesPort.BackfillView;
import io.mirrorneuron.runtime.schedule.BundleVersions.BundleVersion;
import io.mirrorneuron.runtime.schedule.ChildJobs.Child;
import io.mirrorneuron.runtime.schedule.Definition.Kind;
import io.mirrorneuron.runtime.schedule.Schedule.Status;
import io.mirrorneuron.runtime.schedule.ScheduleWork.Due;
import io.mirrorneuron.runtime.schedule.ScheduleWork.Phase;
import io.mirrorneuron.runtime.schedule.event.ChainPace;
import io.mirrorneuron.runtime.schedule.event.GatherText;
import io.mirrorneuron.runtime.schedule.event.Gathered;
import io.mirrorneuron.wire.Json;
import io.mirrorneuron.wire.MarkedSecrets;
import io.mirrorneuron.wire.Redaction;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;

/** Builds the API views of schedules. Pure. */
final class ScheduleViews {
  /** The number in the API contract. */
  private static final int MOST_DISPATCHES = 50;

  private static final GatherText WORDS = new GatherText(Redaction::isSecret);

  private ScheduleViews() {}

  /**
   * A row of a list.
   *
   * @param open jobs that have not ended; may have jobs of other schedules
   */
  static ScheduleView row(Schedule schedule, Set<String> open) {
    return of(schedule, new Beside(null, null, Map.of(), open(schedule, open)));
  }

  /**
   * @param history stored dispatch records
   * @param open its jobs that have not ended
   * @param asking questions of the open jobs that wait for a person
   */
  static ScheduleView full(
      Schedule schedule,
      String manifest,
      List<String> history,
      Set<String> open,
      Map<String, String> asking) {
    return of(
        schedule, new Beside(shown(manifest), dispatches(history), asking, open(schedule, open)));
  }

  private static List<String> open(Schedule schedule, Set<String> open) {
    return schedule.work().jobs().map(Child::jobId).filter(open::contains).toList();
  }

  /**
   * @param manifest null when not requested
   */
  static ScheduleVersions.Version version(
      Schedule schedule, BundleVersion version, String manifest) {
    return new ScheduleVersions.Version(
        version.number(),
        version.number() == schedule.versions().current(),
        version.fingerprint(),
        version.bundle(),
        version.graphId(),
        shown(version.source()),
        version.by(),
        DispatchNotes.time(version.at()),
        shown(manifest));
  }

  private static Map<String, Object> shown(String manifest) {
    if (manifest == null) {
      return null;
    }
    var read = Json.parseObject(manifest, "a stored manifest");
    return JsonMemberReader.objectOf(
        Json.MAPPER.convertValue(MarkedSecrets.of(read).hideIn(read), Map.class));
  }

  private static Map<String, Object> shown(Map<String, Object> members) {
    return members == null ? null : shown(Json.write(members));
  }

  /** The latest record of each dispatch, newest first. */
  static List<DispatchRecord> dispatches(List<String> history) {
    Map<String, DispatchRecord> found = new LinkedHashMap<>();
    for (String text : history.reversed()) {
      DispatchRecord newer = Json.read(text, DispatchRecord.class, "a stored dispatch");
      found.merge(newer.dispatchId(), newer, DispatchRecord::and);
    }
    return new ArrayList<>(found.values()).reversed().stream().limit(MOST_DISPATCHES).toList();
  }

  /** Parts that only the view of one schedule has. */
  private record Beside(
      Map<String, Object> manifest,
      List<DispatchRecord> past,
      Map<String, String> asking,
      List<String> open) {}

  private static ScheduleView of(Schedule schedule, Beside beside) {
    return of(schedule, DefinitionForm.of(schedule.definition()), beside);
  }

  private static ScheduleView of(Schedule schedule, Map<String, Object> form, Beside beside) {
    Definition definition = schedule.definition();
    return new ScheduleView(
        schedule.id(),
        definition.kind().word(),
        definition.name(),
        schedule.status() != Status.PAUSED,
        schedule.status().word(),
        definition.crons(),
        definition.timezone(),
        DispatchNotes.time(definition.runAt()),
        definition.retryIntervalMs(),
        nextRun(schedule),
        definition.prohibitOverlap(),
        definition.missedPolicy().word(),
        definition.catchupLimit(),
        definition.catchupWithinMs(),
        definition.missedGraceMs(),
        (Long) form.get("jitter_ms"),
        inner(form, "window"),
        inner(form, "trigger"),
        inner(form, "parameterized"),
        shown(inner(form, "metadata")),
        beside.manifest(),
        schedule.made().bundle(),
        schedule.versions().current(),
        shown(schedule.made().source()),
        beside.past(),
        beside.open(),
        schedule.counters(),
        DispatchNotes.time(schedule.pausedUntil()),
        schedule.reported().statusReason(),
        DispatchNotes.time(schedule.reported().lastMissedAt()),
        schedule.reported().lastBlocked(),
        why(schedule, beside.asking()),
        backfill(schedule.work().backfill(), beside.open()),
        DispatchNotes.time(schedule.made().at()),
        DispatchNotes.time(schedule.updatedAt()),
        List.of());
  }

  private static Map<String, Object> inner(Map<String, Object> form, String name) {
    return form.get(name) == null ? null : JsonMemberReader.objectOf(form.get(name));
  }

  private static BackfillView backfill(Backfill backfill, List<String> open) {
    if (backfill == null) {
      return null;
    }
    Backfill.Progress progress = backfill.progress();
    return new BackfillView(
        DispatchNotes.time(backfill.range().from()),
        DispatchNotes.time(backfill.range().to()),
        backfill.range().concurrency(),
        backfill.status().word(),
        progress.total(),
        progress.made(),
        progress.skipped(),
        progress.failed(),
        backfill.next() == null ? null : DispatchNotes.time(backfill.next().at()),
        backfill.open().stream().map(Child::jobId).filter(open::contains).toList(),
        DispatchNotes.time(backfill.beganAt()),
        DispatchNotes.time(backfill.endedAt()));
  }

  /** Adds what will block its next time, when a person can resolve that. */
  private static String why(Schedule schedule, Map<String, String> asking) {
    String why = why(schedule);
    return asking.isEmpty() || schedule.nextDue() == null || !schedule.waiting().isEmpty()
        ? why
        : asking.entrySet().stream()
            .findFirst()
            .map(
                job ->
                    "%s; that time will be blocked while job %s still runs: %s"
                        .formatted(why, job.getKey(), job.getValue()))
            .orElse(why);
  }

  private static String why(Schedule schedule) {
    if (!schedule.waiting().isEmpty()) {
      return why(schedule, schedule.waiting().getFirst());
    }
    return switch (schedule.status()) {
      case DELETED -> "it was deleted";
      case COMPLETED -> ended(schedule.counters());
      case PAUSED ->
          schedule.pausedUntil() == null
              ? "it is paused until somebody resumes it"
              : "it is paused until " + DispatchNotes.time(schedule.pausedUntil());
      case ACTIVE -> next(schedule);
    };
  }

  private static String ended(ScheduleCounters counters) {
    if (counters.missed() > 0) {
      return "its time was missed, and its missed_policy makes up for none: it makes no job any"
          + " more";
    }
    return counters.dispatched() > 0
        ? "it has had its job, and makes no other"
        : "its job could not be made, as its dispatch says, and it makes no other";
  }

  private static String next(Schedule schedule) {
    if (schedule.definition().kind() == Kind.EVENT) {
      String awaited = awaited(schedule.definition().trigger(), schedule.gathered());
      OptionalLong full = schedule.pace().fullUntil(schedule.updatedAt());
      return full.isPresent() ? awaited + "; " + ChainPace.words(full.getAsLong()) : awaited;
    }
    return schedule.nextDue() == null
        ? "no time before the year 10000 makes it due"
        : "it is due next at " + DispatchNotes.time(schedule.nextDue());
  }

  private static String awaited(Definition.Trigger trigger, Gathered gathered) {
    if (trigger.correlate() != null) {
      return WORDS.of(trigger.correlate(), gathered);
    }
    return trigger.debounce() == null
        ? "it waits for an event " + String.join(" or ", trigger.eventTypes())
        : WORDS.of(trigger.debounce(), gathered, trigger.eventTypes());
  }

  /** Its next time; for debounced events the end of the quiet period. */
  private static String nextRun(Schedule schedule) {
    boolean waitsForQuiet =
        schedule.isActive()
            && schedule.definition().trigger() != null
            && schedule.definition().trigger().debounce() != null
            && !schedule.gathered().isEmpty();
    Long next = schedule.isActive() ? schedule.nextDue() : null;
    return DispatchNotes.time(
        waitsForQuiet ? Long.valueOf(ScheduleMachine.gathered(schedule).getAsLong()) : next);
  }

  private static String why(Schedule schedule, Due due) {
    String which = "what was due at " + DispatchNotes.time(due.at());
    if (due.phase() != Phase.WAITS) {
      return which + " is being dealt with";
    }
    String until = which + " is tried at " + DispatchNotes.time(due.notBefore());
    String hindrance = schedule.reported().lastBlocked();
    return hindrance == null ? until : until + "; last time: " + hindrance;
  }
}
