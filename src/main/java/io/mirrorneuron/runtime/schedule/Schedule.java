package io.mirrorneuron.runtime.schedule;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.mirrorneuron.port.schedule.ScheduleCounters;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * The state of a schedule. Times are milliseconds since the epoch.
 *
 * @param definition what it is to do
 * @param nextDue when it is due next; null when no time makes it so
 * @param lastDue the latest time that was dealt with: none before it ever comes again
 * @param pausedUntil when it goes on by itself; null for never
 * @param waiting what it is due for and was not dealt with yet, in order
 * @param children its jobs that were open when it was last looked at
 * @param bundle fingerprint of its payload files; null for none
 * @param graphId what its jobs are called after
 * @param source where it came from, as its maker says
 * @param by the name that its maker's token vouches for; null when it vouches for none
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
record Schedule(
    String id,
    Definition definition,
    Status status,
    Long nextDue,
    Long lastDue,
    Long pausedUntil,
    List<Due> waiting,
    List<Child> children,
    ScheduleCounters counters,
    Told told,
    String bundle,
    String graphId,
    Map<String, Object> source,
    String by,
    long createdAt,
    long updatedAt) {

  Schedule {
    waiting = waiting == null ? List.of() : List.copyOf(waiting);
    children = children == null ? List.of() : List.copyOf(children);
    source = source == null ? Map.of() : source;
    told = told == null ? Told.NOTHING : told;
  }

  enum Status {
    ACTIVE,
    PAUSED,
    COMPLETED;

    String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  enum Reason {
    PERIODIC,
    DELAYED,
    RESOURCE_WAIT,
    EVENT,
    MANUAL;

    String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** How far it is with what it is due for. */
  enum Phase {
    /** Until its time, or until an earlier one is dealt with. */
    WAITS,
    /** It is looked at which jobs are still open. */
    LOOKS,
    /** It was decided that a job is made; nothing else can come of it. */
    STARTS
  }

  /**
   * Something it is due for.
   *
   * @param dispatchId the same however often it is tried
   * @param at when it was due
   * @param words what the caller of a manual one said of it; null for none
   * @param catchUp whether it was missed and is made up for: then it waits for earlier jobs
   * @param payload what came with it
   * @param event that made it due; null for none
   * @param notBefore when it is dealt with
   */
  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  record Due(
      String dispatchId,
      long at,
      Reason reason,
      String words,
      boolean catchUp,
      Map<String, Object> payload,
      Map<String, Object> event,
      Phase phase,
      long notBefore) {
    Due {
      payload = payload == null ? Map.of() : payload;
      event = event == null ? Map.of() : event;
    }

    Due in(Phase next) {
      return new Due(dispatchId, at, reason, words, catchUp, payload, event, next, notBefore);
    }

    Due later(long time) {
      return new Due(dispatchId, at, reason, words, catchUp, payload, event, Phase.WAITS, time);
    }

    String eventId() {
      return event.get("event_id") instanceof String id ? id : null;
    }
  }

  /**
   * One of its jobs.
   *
   * @param windowEnd when it must have ended; null for never
   * @param closing whether it is being cancelled for that
   */
  record Child(String jobId, String dispatchId, Long windowEnd, boolean closing) {}

  /**
   * What is told of it.
   *
   * @param statusReason why somebody paused or resumed it
   * @param lastMissedAt the latest time that it missed
   * @param lastBlocked why it was blocked last
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record Told(String statusReason, Long lastMissedAt, String lastBlocked) {
    static final Told NOTHING = new Told(null, null, null);

    Told missed(long at) {
      return new Told(statusReason, at, lastBlocked);
    }

    Told blocked(String why) {
      return new Told(statusReason, lastMissedAt, why);
    }

    Told because(String reason) {
      return new Told(reason == null ? statusReason : reason, lastMissedAt, lastBlocked);
    }
  }

  boolean isActive() {
    return status == Status.ACTIVE;
  }

  Schedule with(Definition other) {
    return new Schedule(
        id,
        other,
        status,
        nextDue,
        lastDue,
        pausedUntil,
        waiting,
        children,
        counters,
        told,
        bundle,
        graphId,
        source,
        by,
        createdAt,
        updatedAt);
  }

  Schedule in(Status other, Long until) {
    return new Schedule(
        id,
        definition,
        other,
        nextDue,
        lastDue,
        until,
        waiting,
        children,
        counters,
        told,
        bundle,
        graphId,
        source,
        by,
        createdAt,
        updatedAt);
  }

  Schedule due(Long next, Long last) {
    return new Schedule(
        id,
        definition,
        status,
        next,
        last,
        pausedUntil,
        waiting,
        children,
        counters,
        told,
        bundle,
        graphId,
        source,
        by,
        createdAt,
        updatedAt);
  }

  Schedule waiting(List<Due> all) {
    return new Schedule(
        id,
        definition,
        status,
        nextDue,
        lastDue,
        pausedUntil,
        all,
        children,
        counters,
        told,
        bundle,
        graphId,
        source,
        by,
        createdAt,
        updatedAt);
  }

  Schedule children(List<Child> all) {
    return new Schedule(
        id,
        definition,
        status,
        nextDue,
        lastDue,
        pausedUntil,
        waiting,
        all,
        counters,
        told,
        bundle,
        graphId,
        source,
        by,
        createdAt,
        updatedAt);
  }

  Schedule counting(ScheduleCounters now, Told toldNow) {
    return new Schedule(
        id,
        definition,
        status,
        nextDue,
        lastDue,
        pausedUntil,
        waiting,
        children,
        now,
        toldNow,
        bundle,
        graphId,
        source,
        by,
        createdAt,
        updatedAt);
  }

  Schedule at(long now) {
    return new Schedule(
        id,
        definition,
        status,
        nextDue,
        lastDue,
        pausedUntil,
        waiting,
        children,
        counters,
        told,
        bundle,
        graphId,
        source,
        by,
        createdAt,
        now);
  }

  /** The same with one of what it waits for changed, or without it when that becomes null. */
  Schedule changing(String dispatchId, UnaryOperator<Due> change) {
    List<Due> all = new ArrayList<>();
    for (Due one : waiting) {
      Due next = one.dispatchId().equals(dispatchId) ? change.apply(one) : one;
      if (next != null) {
        all.add(next);
      }
    }
    return waiting(all);
  }

  Schedule adding(Due one) {
    List<Due> all = new ArrayList<>(waiting);
    all.add(one);
    return waiting(all);
  }

  boolean awaits(String dispatchId) {
    return waiting.stream().anyMatch(one -> one.dispatchId().equals(dispatchId));
  }
}
