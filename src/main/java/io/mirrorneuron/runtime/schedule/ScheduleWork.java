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
 * What a schedule has to do, and what it has under way.
 *
 * @param waiting what it is due for and was not dealt with yet, in order
 * @param recent the last dispatches that events and calls have led to: told again, they are known;
 *     of calls with a hash of what came with them
 * @param children its jobs that were open when it was last looked at, without those of a backfill
 * @param gathered events that wait for others to make a job with
 * @param news of it that are to be told
 * @param backfill the last one; null when there was none
 * @param times of its calendar that have had their job
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

    /** Whether it is a time of a calendar or of a person, which comes once. */
    boolean isTime() {
      return this == PERIODIC || this == DELAYED;
    }

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
   * @param catchUp whether it waits for earlier jobs: what was missed and is made up for, and
   *     events that belong together
   * @param payload what came with it
   * @param event that made it due; null for none
   * @param notBefore when it is dealt with
   * @param onTime whether it only waits behind what is made up for: it was not missed itself
   * @param version of the bundle that its job is made of, once that was decided; null for the first
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

    /** The same with its job decided on: what comes of it is of this version, whatever changes. */
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
     * The same among times that are made up for.
     *
     * @param isLast whether it only waits behind them
     */
    Due inLine(boolean isLast) {
      return new Due(
          dispatchId, at, reason, words, true, payload, event, phase, notBefore, isLast, version);
    }

    /** Whether its time had passed before somebody acted on it; events have no time to miss. */
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

  /** The same with one of what it waits for changed, or without it when that becomes null. */
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

  /** Of a call with what came with it: the same call has the same. */
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

  /** The same after a time has had its job. */
  ScheduleWork made(Calendar calendar, Definition definition, long at) {
    TimesMade more = times.with(calendar, definition.crons(), definition.timezone(), at);
    return new ScheduleWork(waiting, recent, children, gathered, news, backfill, more);
  }

  /** Its jobs, as far as they were open when it was last looked at them. */
  Stream<Child> jobs() {
    return Stream.concat(
        children.stream(), backfill == null ? Stream.of() : backfill.open().stream());
  }

  /** The same as if neither an event nor a call had led to this. */
  ScheduleWork forgetting(String dispatchId) {
    List<String> others = recent.stream().filter(one -> !names(one, dispatchId)).toList();
    return new ScheduleWork(waiting, others, children, gathered, news, backfill, times);
  }

  boolean awaits(String dispatchId) {
    return waiting.stream().anyMatch(one -> one.dispatchId().equals(dispatchId))
        || backfill != null && backfill.isBusyWith(dispatchId);
  }

  /** Whether an event or a call has led to this before. */
  boolean knows(String dispatchId) {
    return recent.stream().anyMatch(one -> names(one, dispatchId)) || awaits(dispatchId);
  }

  private static boolean names(String remembered, String dispatchId) {
    return remembered.equals(dispatchId) || remembered.startsWith(dispatchId + " ");
  }

  /** Whether a call with something else has led to this before. */
  boolean isOfOther(String dispatchId, Map<String, Object> payload) {
    String same = dispatchId + " " + DispatchIds.ofContent(payload);
    return recent.stream().anyMatch(one -> one.startsWith(dispatchId + " ") && !one.equals(same));
  }
}
