package io.mirrorneuron.runtime.schedule;

import io.mirrorneuron.port.schedule.DispatchRecord;
import io.mirrorneuron.runtime.schedule.Definition.Kind;
import io.mirrorneuron.runtime.schedule.Schedule.Child;
import io.mirrorneuron.runtime.schedule.Schedule.Due;
import io.mirrorneuron.runtime.schedule.Schedule.Phase;
import io.mirrorneuron.runtime.schedule.Schedule.Reason;
import io.mirrorneuron.runtime.schedule.Schedule.Status;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** One decision on one schedule. */
final class ScheduleTurn {
  /** Jobs of one schedule that may be open at a time. */
  static final int MOST_OPEN = 100;

  /** What one schedule may have to do at a time. */
  static final int MOST_WAITING = 100;

  /** What waits for an earlier job, or for room, is looked at again so much later. */
  static final long AGAIN_MS = 5_000;

  private final Calendar calendar;
  private final long now;
  private final Schedule before;
  private final DispatchNotes notes;
  private Schedule schedule;

  ScheduleTurn(Schedule schedule, Calendar calendar, long now) {
    this.before = schedule;
    this.schedule = schedule;
    this.calendar = calendar;
    this.now = now;
    this.notes = new DispatchNotes(now);
  }

  /** The state that the turn has led to. */
  ScheduleState end(String manifest) {
    advance();
    boolean changed = manifest != null || !schedule.equals(before) || !notes.all().isEmpty();
    return changed
        ? new ScheduleState(schedule.at(now), notes.all(), manifest)
        : ScheduleState.of(before);
  }

  void begin() {
    if (schedule.isActive()) {
      aim();
    }
  }

  /** Sets when it is due next, always later than all that it has dealt with. */
  private void aim() {
    Definition definition = schedule.definition();
    long dealtWith = schedule.lastDue() == null ? Long.MIN_VALUE : schedule.lastDue();
    switch (definition.kind()) {
      case PERIODIC ->
          schedule =
              schedule.due(
                  DueTimes.next(definition, calendar, Math.max(now, dealtWith)),
                  schedule.lastDue());
      case DELAYED -> {
        boolean isOver = definition.runAt() <= dealtWith;
        schedule = schedule.due(isOver ? null : definition.runAt(), schedule.lastDue());
        if (isOver) {
          schedule = schedule.in(Status.COMPLETED, null);
        }
      }
      case RESOURCE_WAIT -> {
        schedule = schedule.due(null, schedule.lastDue());
        if (schedule.waiting().stream().noneMatch(due -> due.reason() == Reason.RESOURCE_WAIT)) {
          await(schedule.createdAt(), Reason.RESOURCE_WAIT, false, now);
        }
      }
      case EVENT -> schedule = schedule.due(null, schedule.lastDue());
    }
  }

  void wake() {
    Long until = schedule.pausedUntil();
    if (schedule.status() == Status.PAUSED && until != null && until <= now) {
      resume("its pause has ended");
    }
    if (schedule.isActive() && schedule.nextDue() != null && schedule.nextDue() <= now) {
      becomeDue();
    }
    schedule = schedule.children(schedule.children().stream().map(this::closed).toList());
  }

  private Child closed(Child child) {
    boolean ends = child.windowEnd() != null && child.windowEnd() <= now;
    return ends ? new Child(child.jobId(), child.dispatchId(), child.windowEnd(), true) : child;
  }

  private void becomeDue() {
    Definition definition = schedule.definition();
    DueTimes times = DueTimes.until(definition, calendar, schedule.nextDue(), now);
    schedule = schedule.due(times.next(), times.last());
    if (times.missed() > 0) {
      schedule =
          schedule.counting(
              schedule.counters().missedMore(times.missed()),
              schedule.told().missed(times.lastMissed()));
      notes.missed(DispatchIds.ofTime(schedule.id(), times.lastMissed()), reason(), times);
    }
    times.madeUp().forEach(at -> await(at, reason(), true, now));
    for (long at : times.onTime()) {
      String id = DispatchIds.ofTime(schedule.id(), at);
      await(at, reason(), false, at + DispatchIds.spread(id, definition.jitterMs()));
    }
    if (definition.isOnce() && times.madeUp().isEmpty() && times.onTime().isEmpty()) {
      schedule = schedule.in(Status.COMPLETED, null);
    }
  }

  private Reason reason() {
    return schedule.definition().kind() == Kind.PERIODIC ? Reason.PERIODIC : Reason.DELAYED;
  }

  private void await(long at, Reason reason, boolean catchUp, long notBefore) {
    String id = DispatchIds.ofTime(schedule.id(), at);
    arrive(new Due(id, at, reason, null, catchUp, Map.of(), Map.of(), Phase.WAITS, notBefore));
  }

  /** Takes in what makes it due, unless it asks for something else. */
  private void arrive(Due due) {
    if (schedule.awaits(due.dispatchId())) {
      return;
    }
    String fault = PayloadRules.fault(schedule.definition(), due);
    if (fault != null) {
      failed(due, fault);
    } else if (schedule.waiting().size() >= MOST_WAITING) {
      blocked(due, "the schedule has %d jobs to make already".formatted(MOST_WAITING));
    } else {
      schedule = schedule.adding(due);
    }
  }

  void pause(String reason, Long until) {
    for (Due due : schedule.waiting()) {
      if (due.phase() == Phase.WAITS && due.reason() != Reason.MANUAL) {
        notes.skipped(due, "the schedule was paused");
        schedule = schedule.changing(due.dispatchId(), gone -> null);
      }
    }
    schedule = schedule.in(Status.PAUSED, until).counting(schedule.counters(), told(reason));
  }

  private Schedule.Told told(String reason) {
    return schedule.told().because(reason == null || reason.isBlank() ? null : reason);
  }

  void resume(String reason) {
    boolean wasPaused = !schedule.isActive();
    schedule = schedule.in(Status.ACTIVE, null).counting(schedule.counters(), told(reason));
    if (wasPaused) {
      aim();
    }
  }

  void redefine(Definition definition, boolean enabled, String reason) {
    boolean isOver = schedule.status() == Status.COMPLETED && definition.kind() != Kind.DELAYED;
    Status status = isOver ? Status.COMPLETED : enabled ? Status.ACTIVE : Status.PAUSED;
    schedule =
        schedule.with(definition).in(status, null).counting(schedule.counters(), told(reason));
    if (schedule.isActive()) {
      aim();
    }
  }

  void runNow(ScheduleInput.RunNow run) {
    arrive(
        new Due(
            run.dispatchId(),
            now,
            Reason.MANUAL,
            run.words(),
            false,
            run.payload(),
            Map.of(),
            Phase.WAITS,
            now));
  }

  void happened(ScheduleInput.Happened event) {
    if (schedule.isActive() && schedule.definition().kind() == Kind.EVENT) {
      arrive(
          new Due(
              event.dispatchId(),
              now,
              Reason.EVENT,
              null,
              false,
              event.payload(),
              event.event(),
              Phase.WAITS,
              now));
    }
  }

  /** Whether what waits must wait until what is under way is dealt with. */
  static boolean isHeldUp(Schedule schedule) {
    return schedule.definition().prohibitOverlap()
        && schedule.waiting().stream().anyMatch(due -> due.phase() != Phase.WAITS);
  }

  private void advance() {
    for (Due due : schedule.waiting()) {
      if (due.phase() == Phase.WAITS && due.notBefore() <= now && !isHeldUp(schedule)) {
        int open = schedule.children().size();
        boolean mayHinder =
            open > 0 && schedule.definition().prohibitOverlap() || open >= MOST_OPEN;
        Phase next = mayHinder ? Phase.LOOKS : Phase.STARTS;
        schedule = schedule.changing(due.dispatchId(), one -> one.in(next));
      }
    }
  }

  void seen(String dispatchId, Set<String> open) {
    List<Child> left =
        schedule.children().stream().filter(child -> open.contains(child.jobId())).toList();
    for (Due due : schedule.waiting()) {
      if (due.dispatchId().equals(dispatchId) && due.phase() == Phase.LOOKS) {
        schedule = schedule.children(left);
        boolean overlaps = schedule.definition().prohibitOverlap() && !left.isEmpty();
        if (!overlaps && left.size() < MOST_OPEN) {
          schedule = schedule.changing(dispatchId, one -> one.in(Phase.STARTS));
        } else if (due.catchUp()) {
          schedule = schedule.changing(dispatchId, one -> one.later(now + AGAIN_MS));
        } else {
          schedule = schedule.changing(dispatchId, one -> null);
          blocked(due, hindrance(left));
        }
      }
    }
  }

  private static String hindrance(List<Child> open) {
    return open.size() == 1
        ? "job %s still runs".formatted(open.getFirst().jobId())
        : "%d earlier jobs still run".formatted(open.size());
  }

  private void blocked(Due due, String why) {
    schedule = schedule.counting(schedule.counters().blockedOnce(), schedule.told().blocked(why));
    notes.blocked(due, why);
  }

  private void failed(Due due, String why) {
    schedule = schedule.counting(schedule.counters().failedOnce(), schedule.told());
    notes.failed(due, why);
    endAfter(due);
  }

  void started(String dispatchId, String jobId) {
    for (Due due : schedule.waiting()) {
      if (due.dispatchId().equals(dispatchId)) {
        Definition.Window window = schedule.definition().window();
        Long end = window == null ? null : Long.valueOf(now + window.durationMs());
        List<Child> all = new ArrayList<>(schedule.children());
        all.add(new Child(jobId, dispatchId, end != null && window.cancels() ? end : null, false));
        schedule =
            schedule
                .changing(dispatchId, one -> null)
                .children(all)
                .counting(schedule.counters().dispatchedOnce(), schedule.told());
        notes.submitted(due, jobId, end);
        endAfter(due);
      }
    }
  }

  private void endAfter(Due due) {
    if (schedule.definition().isOnce() && due.reason() != Reason.MANUAL) {
      schedule = schedule.due(null, due.at()).in(Status.COMPLETED, null);
    }
  }

  void notStarted(String dispatchId, String why, boolean mayPass) {
    for (Due due : schedule.waiting()) {
      if (due.dispatchId().equals(dispatchId)) {
        Long again = mayPass ? again(due) : null;
        if (again == null) {
          schedule = schedule.changing(dispatchId, one -> null);
          failed(due, why);
        } else {
          schedule =
              schedule
                  .changing(dispatchId, one -> one.later(again))
                  .counting(schedule.counters(), schedule.told().blocked(why));
        }
      }
    }
  }

  /** When it is tried again; null when that is too late, or when somebody waits for the answer. */
  private Long again(Due due) {
    return switch (due.reason()) {
      case MANUAL -> null;
      case RESOURCE_WAIT -> now + schedule.definition().retryIntervalMs();
      default -> now < due.at() + schedule.definition().missedGraceMs() ? now + AGAIN_MS : null;
    };
  }

  void closed(String jobId, boolean wasOpen) {
    for (Child child : schedule.children()) {
      if (child.jobId().equals(jobId) && child.closing()) {
        List<Child> left = new ArrayList<>(schedule.children());
        left.remove(child);
        schedule = schedule.children(left);
        if (wasOpen) {
          notes.closed(child);
        }
      }
    }
  }

  List<DispatchRecord> notes() {
    return notes.all();
  }
}
