package io.mirrorneuron.runtime.schedule;

import io.mirrorneuron.runtime.schedule.Schedule.Status;
import io.mirrorneuron.runtime.schedule.ScheduleWork.Due;
import io.mirrorneuron.runtime.schedule.ScheduleWork.Phase;
import io.mirrorneuron.runtime.schedule.ScheduleWork.Reason;
import io.mirrorneuron.runtime.schedule.event.ChainPace;
import io.mirrorneuron.runtime.schedule.event.MissedTimeLog;
import io.mirrorneuron.runtime.schedule.event.RuntimeEvent;
import io.mirrorneuron.wire.Json;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/** The working copy of a schedule during one decision. */
final class ScheduleDraft {
  /** Most jobs of one schedule that may be open at a time. */
  static final int MOST_OPEN = 100;

  /** Most pending dispatches of one schedule. */
  static final int MOST_WAITING = DefinitionReader.MOST_WAITING;

  /** Most characters of their payloads: the whole record is written with each turn. */
  private static final int MOST_WAITING_CHARS = 4 << 20;

  final long now;
  final DispatchNotes notes;
  private final Schedule before;

  /** The schedule after the changes so far. */
  Schedule schedule;

  /** New manifest of its jobs; null when it stays. */
  String manifest;

  ScheduleDraft(Schedule schedule, long now) {
    this.before = schedule;
    this.schedule = schedule;
    this.now = now;
    this.notes = new DispatchNotes(now);
  }

  /** The state after the turn. */
  ScheduleState end(String written) {
    advance();
    tellStatus();
    boolean changed = written != null || !schedule.equals(before) || !notes.all().isEmpty();
    return changed
        ? new ScheduleState(schedule.at(now), notes.all(), written)
        : ScheduleState.of(before);
  }

  /** Takes in a dispatch, or refuses it when its payload breaks the rules. */
  void arrive(Due due) {
    if (schedule.knows(due.dispatchId())) {
      return;
    }
    String fault = PayloadRules.fault(schedule.definition(), due);
    if (fault == null) {
      admit(due);
    } else {
      failed(due, fault);
      remember(due);
    }
  }

  /** Takes in a dispatch without a check of its payload. */
  void admit(Due due) {
    if (schedule.knows(due.dispatchId())) {
      return;
    }
    boolean isChained = ChainPace.counts(due.event(), due.payload());
    String hindrance = hindrance(due, isChained);
    if (hindrance != null) {
      blocked(due, hindrance);
    } else {
      schedule = schedule.adding(due);
      if (isChained) {
        schedule = schedule.pacing(schedule.pace().and(now));
      }
    }
    remember(due);
  }

  /** Why there is no room for a dispatch; null when there is. */
  private String hindrance(Due due, boolean isChained) {
    if (schedule.waiting().size() >= MOST_WAITING) {
      return "the schedule has %d jobs to make already".formatted(MOST_WAITING);
    }
    if (!due.payload().isEmpty() && waitingChars() > MOST_WAITING_CHARS) {
      return "what its jobs are to get has %d MB already".formatted(MOST_WAITING_CHARS >> 20);
    }
    OptionalLong until = isChained ? schedule.pace().fullUntil(now) : OptionalLong.empty();
    return until.isPresent() ? ChainPace.words(until.getAsLong()) : null;
  }

  private void remember(Due due) {
    if (due.reason() == Reason.MANUAL
        || due.reason() == Reason.EVENT && schedule.awaits(due.dispatchId())) {
      schedule = schedule.remembering(due);
    }
  }

  private long waitingChars() {
    return schedule.waiting().stream()
        .filter(due -> !due.payload().isEmpty())
        .mapToLong(due -> Json.write(due.payload()).length())
        .sum();
  }

  private void advance() {
    for (Due due : schedule.waiting()) {
      if (due.phase() == Phase.WAITS
          && due.notBefore() <= now
          && !CatchUpQueue.isHeldUp(schedule, due)) {
        int open = schedule.children().size();
        boolean mayHinder =
            open > 0 && schedule.definition().prohibitOverlap()
                || open >= MOST_OPEN
                || CatchUpQueue.jumps(schedule, due, now + DispatchTurn.AGAIN_MS);
        int version = schedule.versions().current();
        schedule =
            schedule.changing(
                due.dispatchId(), one -> mayHinder ? one.in(Phase.LOOKS) : one.starting(version));
      }
    }
  }

  void blocked(Due due, String why) {
    schedule =
        schedule.counting(schedule.counters().blockedOnce(), schedule.reported().blocked(why));
    notes.blocked(due, why);
    if (due.reason().isTime()) {
      tell(MissedTimeLog.BLOCKED, due, Map.of("why", why));
    }
    forget(due);
    endAfter(due);
  }

  void failed(Due due, String why) {
    schedule = schedule.counting(schedule.counters().failedOnce(), schedule.reported());
    notes.failed(due, why);
    tell("schedule_dispatch_failed", due, Map.of("error", why));
    forget(due);
    endAfter(due);
  }

  /** Publishes an event about a dispatch. */
  void tell(String type, Due due, Map<String, Object> more) {
    Map<String, Object> payload = new LinkedHashMap<>();
    payload.put("dispatch_id", due.dispatchId());
    payload.put("scheduled_for", DispatchNotes.time(due.at()));
    payload.put("reason", due.reason().word());
    if (due.eventId() != null) {
      payload.put("event_id", due.eventId());
    }
    payload.putAll(more);
    tell(type, payload, RuntimeEvent.chainAfter(due.event(), due.payload()));
  }

  /** Publishes an event about the schedule. */
  void tell(String type, Map<String, Object> more, int chain) {
    Map<String, Object> payload = new LinkedHashMap<>();
    payload.put("schedule_id", schedule.id());
    if (schedule.definition().name() != null) {
      payload.put("schedule_name", schedule.definition().name());
    }
    payload.put("schedule_kind", schedule.definition().kind().word());
    payload.put("status", schedule.status().word());
    if (schedule.made().by() != null) {
      payload.put("submitted_by", schedule.made().by());
    }
    payload.putAll(more);
    if (chain > 0) {
      payload.put("chain", chain);
    }
    schedule = schedule.telling(type, payload, chain);
  }

  private void tellStatus() {
    if (before.status() == schedule.status()) {
      return;
    }
    String type =
        switch (schedule.status()) {
          case ACTIVE -> "schedule_resumed";
          case PAUSED -> "schedule_paused";
          case COMPLETED -> "schedule_completed";
          case DELETED -> "schedule_deleted";
        };
    tell(type, because(schedule.reported().statusReason()), 0);
  }

  static Map<String, Object> because(String reason) {
    return reason == null ? Map.of() : Map.of("reason", reason);
  }

  /** An event that has led to no job is tried again when it is delivered again. */
  private void forget(Due due) {
    if (due.reason() == Reason.EVENT) {
      schedule = schedule.forgetting(due.dispatchId());
      if (due.catchUp() && due.payload().get("events") instanceof List<?> together) {
        together.forEach(
            one -> {
              String eventId = String.valueOf(((Map<?, ?>) one).get("event_id"));
              schedule = schedule.forgetting(DispatchIds.ofEvent(schedule.id(), eventId));
            });
      }
    }
  }

  void endAfter(Due due) {
    if (schedule.definition().isOnce() && due.reason() != Reason.MANUAL) {
      schedule = schedule.due(null, due.at()).in(Status.COMPLETED, null);
    }
  }
}
