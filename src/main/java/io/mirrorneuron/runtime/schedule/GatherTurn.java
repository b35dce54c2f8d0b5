package io.mirrorneuron.runtime.schedule;

import io.mirrorneuron.port.schedule.TriggerEvents.TriggerEvent;
import io.mirrorneuron.runtime.schedule.Definition.Trigger;
import io.mirrorneuron.runtime.schedule.ScheduleWork.Due;
import io.mirrorneuron.runtime.schedule.ScheduleWork.Phase;
import io.mirrorneuron.runtime.schedule.ScheduleWork.Reason;
import io.mirrorneuron.runtime.schedule.event.Gathered;
import io.mirrorneuron.runtime.schedule.event.OpenSet;
import io.mirrorneuron.runtime.schedule.event.RuntimeEvent;
import io.mirrorneuron.runtime.schedule.event.RuntimeEventSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Decides what happens when an event comes that waits for further events, and when such a wait
 * ends.
 */
final class GatherTurn {
  private final ScheduleDraft draft;
  private final Trigger trigger;

  GatherTurn(ScheduleDraft draft) {
    this.draft = draft;
    this.trigger = draft.schedule.definition().trigger();
  }

  /**
   * Ends waits that are over: a debounced set makes its job, an incomplete correlation is dropped.
   */
  void end() {
    if (trigger == null || !draft.schedule.isActive()) {
      return;
    }
    if (trigger.debounce() != null) {
      Gathered.Step step = waiting().quiet(trigger.debounce(), draft.now);
      for (; step.made() != null; step = waiting().quiet(trigger.debounce(), draft.now)) {
        draft.schedule = draft.schedule.gathering(step.next());
        makes(step.made(), Gathered.dueAt(trigger.debounce(), step.made()));
      }
    } else if (trigger.correlate() != null) {
      Gathered.Step step = waiting().expired(trigger.correlate(), draft.now);
      for (; step.made() != null; step = waiting().expired(trigger.correlate(), draft.now)) {
        draft.schedule = draft.schedule.gathering(step.next());
        forgotten(step.made(), "the others have not come within its time");
      }
    }
  }

  private Gathered waiting() {
    return draft.schedule.gathered();
  }

  void take(ScheduleInput.Happened happened) {
    end();
    TriggerEvent event = happened.event();
    Due one = due(happened.dispatchId(), draft.now, event, event.payload());
    if (draft.schedule.knows(one.dispatchId()) || waiting().holds(event.eventId())) {
      return;
    }
    draft.schedule = draft.schedule.remembering(one.dispatchId());
    String fault = PayloadRules.fault(draft.schedule.definition(), one);
    if (fault != null) {
      draft.failed(one, fault);
      return;
    }
    Gathered.Step step =
        trigger.debounce() != null
            ? waiting().take(trigger.debounce(), event, draft.now)
            : waiting().take(trigger.correlate(), event, draft.now);
    draft.schedule = draft.schedule.gathering(step.next());
    if (step.refused() != null && step.passing()) {
      draft.blocked(one, step.refused());
    } else if (step.refused() != null) {
      draft.failed(one, step.refused());
    } else if (step.made() != null) {
      makes(step.made(), draft.now);
    }
  }

  /** Drops all waiting events. */
  void drop(String why) {
    List<OpenSet> gone = waiting().sets();
    draft.schedule = draft.schedule.gathering(Gathered.NOTHING);
    gone.forEach(set -> forgotten(set, why));
  }

  private void forgotten(OpenSet set, String why) {
    String id = DispatchIds.ofEvent(draft.schedule.id(), set.eventIds().getFirst());
    draft.notes.skipped(due(id, set.firstAt(), set.last(), Map.of()), why);
  }

  private void makes(OpenSet set, long at) {
    List<String> parts = new ArrayList<>(set.eventIds());
    parts.sort(null);
    if (set.count() > parts.size()) { // the first events are no longer held
      parts.add(set.count() + " since " + set.firstAt());
    }
    Map<String, Object> payload = new LinkedHashMap<>(set.payload());
    int chain =
        set.held().stream()
            .map(one -> one.event())
            .filter(event -> event.source().equals(RuntimeEventSource.TELLER))
            .mapToInt(event -> RuntimeEvent.chainOf(event.payload()))
            .max()
            .orElse(0);
    if (chain > 0) {
      payload.put("chain", chain);
    }
    String id = DispatchIds.ofEvents(draft.schedule.id(), parts);
    draft.admit(due(id, at, set.last(), payload, true));
  }

  private Due due(String id, long at, TriggerEvent event, Map<String, Object> payload) {
    return due(id, at, event, payload, false);
  }

  /**
   * @param waits whether it queues behind earlier jobs and waiting dispatches
   */
  private Due due(
      String id, long at, TriggerEvent event, Map<String, Object> payload, boolean waits) {
    long others =
        draft.schedule.waiting().stream()
            .filter(one -> waits && one.catchUp())
            .mapToLong(Due::notBefore)
            .max()
            .orElse(draft.now);
    return new Due(
        id,
        at,
        Reason.EVENT,
        null,
        waits,
        payload,
        ScheduleInput.Happened.reported(event),
        Phase.WAITS,
        Math.max(draft.now, others),
        false,
        null);
  }
}
