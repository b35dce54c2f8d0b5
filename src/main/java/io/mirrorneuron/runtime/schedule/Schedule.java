package io.mirrorneuron.runtime.schedule;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.mirrorneuron.port.schedule.ScheduleView.ScheduleCounters;
import io.mirrorneuron.runtime.schedule.BundleVersions.BundleVersion;
import io.mirrorneuron.runtime.schedule.ChildJobs.Child;
import io.mirrorneuron.runtime.schedule.ScheduleWork.Due;
import io.mirrorneuron.runtime.schedule.event.ChainPace;
import io.mirrorneuron.runtime.schedule.event.Gathered;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/** The state of a schedule. Times are milliseconds since the epoch. */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
record Schedule(
    String id,
    Definition definition,
    Status status,
    When when,
    ScheduleWork work,
    ScheduleCounters counters,
    @JsonProperty("told") StatusNotes reported,
    Made made,
    long updatedAt) {

  Schedule {
    when = when == null ? When.NEVER : when;
    work = work == null ? ScheduleWork.NONE : work;
    reported = reported == null ? StatusNotes.NOTHING : reported;
  }

  enum Status {
    ACTIVE,
    PAUSED,
    COMPLETED,
    /** Invisible to readers; removed after its deletion was published. */
    DELETED;

    String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * Its times.
   *
   * @param nextDue null when no time triggers it
   * @param lastDue the latest handled time: no time up to it ever comes again
   * @param pausedUntil when it resumes by itself; null for never
   * @param pace recent triggers by events that follow from events
   * @param foresight the look ahead at its next time; null for none
   */
  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  record When(Long nextDue, Long lastDue, Long pausedUntil, ChainPace pace, Foresight foresight) {
    static final When NEVER = new When(null, null, null, null, null);

    When {
      pace = pace == null ? ChainPace.NONE : pace;
    }

    When until(Long until) {
      return new When(nextDue, lastDue, until, pace, foresight);
    }

    When due(Long next, Long last) {
      return new When(next, last, pausedUntil, pace, foresight);
    }

    When pacing(ChainPace other) {
      return new When(nextDue, lastDue, pausedUntil, other, foresight);
    }

    When foreseeing(Foresight other) {
      return new When(nextDue, lastDue, pausedUntil, pace, other);
    }
  }

  /**
   * A look ahead at a time, which warns people when a job will block it.
   *
   * @param looking whether the look is under way; else it is done
   */
  record Foresight(long due, boolean looking) {}

  /**
   * How it was made.
   *
   * @param bundle fingerprint of its payload files; null for none
   * @param graphId prefix of its jobs' ids
   * @param source origin as its author states it
   * @param by name that the author's token vouches for; null for none
   * @param versions of its bundle; the other members are those of the current version
   */
  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  record Made(
      String bundle,
      String graphId,
      Map<String, Object> source,
      String by,
      long at,
      BundleVersions versions) {
    Made {
      source = source == null ? Map.of() : source;
      versions = versions == null ? BundleVersions.FIRST : versions;
    }

    Made(String bundle, String graphId, Map<String, Object> source, String by, long at) {
      this(bundle, graphId, source, by, at, null);
    }

    /** With another current version. */
    Made with(BundleVersions all) {
      BundleVersion now = all.of(all.current()).orElseThrow();
      return new Made(now.bundle(), now.graphId(), now.source(), now.by(), at, all);
    }
  }

  /**
   * Notes for readers.
   *
   * @param statusReason why it was paused or resumed
   * @param lastMissedAt the latest missed time
   * @param lastBlocked why it was blocked last
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record StatusNotes(String statusReason, Long lastMissedAt, String lastBlocked) {
    static final StatusNotes NOTHING = new StatusNotes(null, null, null);

    StatusNotes missed(long at) {
      return new StatusNotes(statusReason, at, lastBlocked);
    }

    StatusNotes blocked(String why) {
      return new StatusNotes(statusReason, lastMissedAt, why);
    }

    /** With the reason, or the previous one where none is given. */
    StatusNotes because(String reason) {
      boolean isGiven = reason != null && !reason.isBlank();
      return new StatusNotes(isGiven ? reason : statusReason, lastMissedAt, lastBlocked);
    }

    /** With the reason of this pause, or none. */
    StatusNotes paused(String reason) {
      return new StatusNotes(null, lastMissedAt, lastBlocked).because(reason);
    }
  }

  /** A new schedule. */
  static Schedule of(String id, Definition definition, Status status, Made made) {
    return new Schedule(
        id, definition, status, null, null, ScheduleCounters.NONE, null, made, made.at());
  }

  BundleVersions versions() {
    return made.versions();
  }

  /** The manifest, files and owner of a dispatch's job. */
  ScheduleEffect.Origin origin(Due due) {
    int number = due == null ? versions().current() : due.ofVersion();
    BundleVersion version = versions().of(number).orElse(null);
    return version == null
        ? new ScheduleEffect.Origin(id, made.bundle(), made.graphId(), made.by(), null)
        : new ScheduleEffect.Origin(
            id, version.bundle(), version.graphId(), version.by(), version.fingerprint());
  }

  /** Prefixes of its jobs' ids, of all versions. */
  List<String> graphIds() {
    return Stream.concat(
            Stream.of(made.graphId()), versions().kept().stream().map(BundleVersion::graphId))
        .distinct()
        .toList();
  }

  Schedule having(BundleVersions all) {
    Made now = made.with(all);
    return new Schedule(id, definition, status, when, work, counters, reported, now, updatedAt);
  }

  @JsonIgnore
  boolean isActive() {
    return status == Status.ACTIVE;
  }

  Long nextDue() {
    return when.nextDue();
  }

  Long lastDue() {
    return when.lastDue();
  }

  Long pausedUntil() {
    return when.pausedUntil();
  }

  List<Due> waiting() {
    return work.waiting();
  }

  List<Child> children() {
    return work.children();
  }

  boolean awaits(String dispatchId) {
    return work.awaits(dispatchId);
  }

  boolean knows(String dispatchId) {
    return work.knows(dispatchId);
  }

  Schedule with(Definition other) {
    return new Schedule(id, other, status, when, work, counters, reported, made, updatedAt);
  }

  Schedule in(Status other, Long until) {
    return new Schedule(
        id, definition, other, when.until(until), work, counters, reported, made, updatedAt);
  }

  Schedule due(Long next, Long last) {
    return at(when.due(next, last));
  }

  private Schedule at(When now) {
    return new Schedule(id, definition, status, now, work, counters, reported, made, updatedAt);
  }

  ChainPace pace() {
    return when.pace();
  }

  Schedule pacing(ChainPace pace) {
    return at(when.pacing(pace));
  }

  Schedule foreseeing(Foresight foresight) {
    return at(when.foreseeing(foresight));
  }

  Schedule doing(ScheduleWork other) {
    return new Schedule(id, definition, status, when, other, counters, reported, made, updatedAt);
  }

  Schedule waiting(List<Due> all) {
    return doing(work.waiting(all));
  }

  Schedule children(List<Child> all) {
    return doing(work.children(all));
  }

  Schedule changing(String dispatchId, UnaryOperator<Due> change) {
    return doing(work.changing(dispatchId, change));
  }

  Schedule adding(Due one) {
    return doing(work.adding(one));
  }

  Gathered gathered() {
    return work.gathered();
  }

  Schedule gathering(Gathered all) {
    return doing(work.gathering(all));
  }

  /** Adds an event to be published. */
  Schedule telling(String type, Map<String, Object> payload, int chain) {
    return doing(work.news(work.news().and(id, type, payload, chain)));
  }

  Schedule reported(String eventId) {
    return doing(work.news(work.news().without(eventId)));
  }

  /** What is kept of a deleted schedule. */
  Schedule deleted() {
    return in(Status.DELETED, null).foreseeing(null).doing(ScheduleWork.NONE.news(work.news()));
  }

  Schedule remembering(String dispatchId) {
    return doing(work.remembering(dispatchId));
  }

  Schedule remembering(Due due) {
    return doing(work.remembering(due));
  }

  Schedule forgetting(String dispatchId) {
    return doing(work.forgetting(dispatchId));
  }

  /** Counts times that passed during a pause. */
  Schedule skipping(long times) {
    return counting(counters.skippedMore(times), reported);
  }

  Schedule counting(ScheduleCounters now, StatusNotes reportedNow) {
    return new Schedule(id, definition, status, when, work, now, reportedNow, made, updatedAt);
  }

  Schedule at(long now) {
    return new Schedule(id, definition, status, when, work, counters, reported, made, now);
  }
}
