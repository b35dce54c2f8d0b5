package io.mirrorneuron.runtime.schedule;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.mirrorneuron.runtime.schedule.ChildJobs.Child;
import io.mirrorneuron.runtime.schedule.cron.Calendar;
import io.mirrorneuron.runtime.schedule.cron.TimesMade;
import io.mirrorneuron.runtime.schedule.event.Gathered;
import io.mirrorneuron.runtime.schedule.event.PendingEvents;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/**
 * The pending and running work of a schedule.
 *
 * @param waiting pending dispatches, in order
 * @param recent latest dispatches by events and calls, to recognize repeats; a call's with a hash
 *     of its payload
 * @param children its jobs that were open at the last look, without those of a backfill
 * @param gathered events that wait for further events
 * @param news events to be published
 * @param backfill the last one; null for none
 * @param times calendar times that have had their job
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
record ScheduleWork(
    List<Due> waiting,
    List<String> recent,
    List<Child> children,
    Gathered gathered,
    PendingEvents news,
    Backfill backfill,
    TimesMade times) {
  static final ScheduleWork NONE =
      new ScheduleWork(List.of(), List.of(), List.of(), null, null, null, null);

  private static final int MOST_RECENT = 100;

  ScheduleWork {
    waiting = waiting == null ? List.of() : List.copyOf(waiting);
    recent = recent == null ? List.of() : List.copyOf(recent);
    children = children == null ? List.of() : List.copyOf(children);
    gathered = gathered == null ? Gathered.NOTHING : gathered;
    news = news == null ? PendingEvents.NONE : news;
    times = times == null ? TimesMade.NONE : times;
  }

  enum Reason {
    PERIODIC,
    DELAYED,
    RESOURCE_WAIT,
    EVENT,
    MANUAL,
    BACKFILL;

    /** Whether the cause is a time, of a calendar or set by a person, which comes once. */
    boolean isTime() {
      return this == PERIODIC || this == DELAYED;
    }

    String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** Phase of a dispatch. */
  enum Phase {
    /** Waits for its time, or for an earlier dispatch. */
    WAITS,
    /** Open jobs are being looked up. */
    LOOKS,
    /** The decision to make a job is stored; it cannot change any more. */
    STARTS
  }

  /**
   * A dispatch.
   *
   * @param dispatchId the same for all tries
   * @param at its time
   * @param words reason of a manual one; null for none
   * @param catchUp whether it waits for earlier jobs: true for caught-up times and for gathered
   *     events
   * @param event its event; empty for none
   * @param notBefore when it is handled
   * @param onTime whether it only queues behind caught-up times, and was not missed itself
   * @param version of its job's bundle, once that was decided; null for the first
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
      long notBefore,
      boolean onTime,
      Integer version) {
    Due {
      payload = payload == null ? Map.of() : payload;
      event = event == null ? Map.of() : event;
    }

    Due in(Phase next) {
      return new Due(
          dispatchId, at, reason, words, catchUp, payload, event, next, notBefore, onTime, version);
    }

    /** Decides on its job: the version stays, whatever changes later. */
    Due starting(int of) {
      return new Due(
          dispatchId,
          at,
          reason,
          words,
          catchUp,
          payload,
          event,
          Phase.STARTS,
          notBefore,
          onTime,
          of == 1 ? null : Integer.valueOf(of));
    }

    int ofVersion() {
      return version == null ? 1 : version;
    }

    Due later(long time) {
      return new Due(
          dispatchId, at, reason, words, catchUp, payload, event, Phase.WAITS, time, onTime, null);
    }

    /**
     * Queues it among caught-up times.
     *
     * @param isLast whether it only queues behind them and was not missed itself
     */
    Due inLine(boolean isLast) {
      return new Due(
          dispatchId, at, reason, words, true, payload, event, phase, notBefore, isLast, version);
    }

    /** Whether its time was missed; events have no time to miss. */
    boolean wasMissed() {
      return catchUp && !onTime && reason != Reason.EVENT;
    }

    String eventId() {
      return event.get("event_id") instanceof String id ? id : null;
    }
  }

  ScheduleWork waiting(List<Due> all) {
    return new ScheduleWork(all, recent, children, gathered, news, backfill, times);
  }

  ScheduleWork children(List<Child> all) {
    return new ScheduleWork(waiting, recent, all, gathered, news, backfill, times);
  }

  ScheduleWork gathering(Gathered all) {
    return new ScheduleWork(waiting, recent, children, all, news, backfill, times);
  }

  ScheduleWork news(PendingEvents all) {
    return new ScheduleWork(waiting, recent, children, gathered, all, backfill, times);
  }

  /** Changes one pending dispatch, or removes it when the change returns null. */
  ScheduleWork changing(String dispatchId, UnaryOperator<Due> change) {
    List<Due> all = new ArrayList<>();
    for (Due one : waiting) {
      Due next = one.dispatchId().equals(dispatchId) ? change.apply(one) : one;
      if (next != null) {
        all.add(next);
      }
    }
    return waiting(all);
  }

  ScheduleWork adding(Due one) {
    List<Due> all = new ArrayList<>(waiting);
    all.add(one);
    return waiting(all);
  }

  /** A call is remembered with a hash of its payload, to recognize a repeat. */
  ScheduleWork remembering(Due due) {
    boolean isCall = due.reason() == Reason.MANUAL;
    String content = isCall ? " " + DispatchIds.ofContent(due.payload()) : "";
    return remembering(due.dispatchId() + content);
  }

  ScheduleWork remembering(String dispatchId) {
    List<String> all = new ArrayList<>(recent);
    all.add(dispatchId);
    List<String> newest = all.subList(Math.max(0, all.size() - MOST_RECENT), all.size());
    return new ScheduleWork(waiting, newest, children, gathered, news, backfill, times);
  }

  ScheduleWork filling(Backfill other) {
    return new ScheduleWork(waiting, recent, children, gathered, news, other, times);
  }

  /** Marks a time as having had its job. */
  ScheduleWork made(Calendar calendar, Definition definition, long at) {
    TimesMade more = times.with(calendar, definition.crons(), definition.timezone(), at);
    return new ScheduleWork(waiting, recent, children, gathered, news, backfill, more);
  }

  /** Its jobs that were open at the last look. */
  Stream<Child> jobs() {
    return Stream.concat(
        children.stream(), backfill == null ? Stream.of() : backfill.open().stream());
  }

  /** Forgets that an event or a call has led to this dispatch. */
  ScheduleWork forgetting(String dispatchId) {
    List<String> others = recent.stream().filter(one -> !names(one, dispatchId)).toList();
    return new ScheduleWork(waiting, others, children, gathered, news, backfill, times);
  }

  boolean awaits(String dispatchId) {
    return waiting.stream().anyMatch(one -> one.dispatchId().equals(dispatchId))
        || backfill != null && backfill.isBusyWith(dispatchId);
  }

  /** Whether an event or a call has led to this dispatch before. */
  boolean knows(String dispatchId) {
    return recent.stream().anyMatch(one -> names(one, dispatchId)) || awaits(dispatchId);
  }

  private static boolean names(String remembered, String dispatchId) {
    return remembered.equals(dispatchId) || remembered.startsWith(dispatchId + " ");
  }

  /** Whether a call with another payload has led to this dispatch before. */
  boolean isOfOther(String dispatchId, Map<String, Object> payload) {
    String same = dispatchId + " " + DispatchIds.ofContent(payload);
    return recent.stream().anyMatch(one -> one.startsWith(dispatchId + " ") && !one.equals(same));
  }
}
