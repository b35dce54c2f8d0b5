package io.mirrorneuron.runtime.schedule;

import io.mirrorneuron.port.schedule.DispatchRecord;
import io.mirrorneuron.port.schedule.EventOutcome;
import io.mirrorneuron.port.schedule.TriggerEvent;
import io.mirrorneuron.runtime.local.Answers;
import io.mirrorneuron.runtime.machine.MachineLoop;
import io.mirrorneuron.runtime.schedule.event.LastingReaction;
import io.mirrorneuron.store.RecordStore;
import io.mirrorneuron.store.RecordStore.StoredRecord;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Predicate;

/** What schedules for events do about one: those whose filter it passes make their jobs. */
final class ScheduleReaction implements LastingReaction.Schedules {
  private static final int PAGE = 200;

  private final MachineLoop<ScheduleState, ScheduleInput, ScheduleDeed> loop;
  private final ScheduleMachine machine;
  private final RecordStore records;
  private final EventIndex index;

  ScheduleReaction(
      MachineLoop<ScheduleState, ScheduleInput, ScheduleDeed> loop,
      ScheduleMachine machine,
      RecordStore records,
      EventIndex index) {
    this.loop = loop;
    this.machine = machine;
    this.records = records;
    this.index = index;
  }

  /** What became of it so far. */
  private static final class Tally {
    private final Map<String, DispatchRecord> records = new LinkedHashMap<>();
    private long checked;
    private long skipped;

    long count(String status) {
      return records.values().stream().filter(one -> one.status().equals(status)).count();
    }

    EventOutcome outcome() {
      Optional<Map.Entry<String, DispatchRecord>> first =
          records.entrySet().stream().filter(one -> one.getValue().jobId() != null).findFirst();
      return new EventOutcome(
          checked,
          count("submitted"),
          skipped,
          count("failed"),
          0,
          count("blocked"),
          first.map(Map.Entry::getKey).orElse(null),
          first.map(one -> one.getValue().jobId()).orElse(null),
          false);
    }
  }

  @Override
  public EventOutcome act(TriggerEvent event, Consumer<EventOutcome> soFar) {
    Tally tally = new Tally();
    String after = "";
    while (true) {
      List<StoredRecord> page = Answers.await(index.page(event.eventType(), after, PAGE));
      react(event, page, tally);
      if (page.size() < PAGE) {
        return tally.outcome();
      }
      soFar.accept(tally.outcome());
      after = page.getLast().id();
    }
  }

  /** All of a page at the same time. */
  private void react(TriggerEvent event, List<StoredRecord> page, Tally tally) {
    Map<String, CompletionStage<List<String>>> under = new LinkedHashMap<>();
    for (StoredRecord stored : page) {
      Schedule schedule = machine.read(stored.json()).schedule();
      Definition.Trigger trigger = schedule.definition().trigger();
      if (!schedule.isActive() || !trigger.eventTypes().contains(event.eventType())) {
        continue;
      }
      tally.checked++;
      String dispatch = DispatchIds.ofEvent(schedule.id(), event.eventId());
      if (!trigger.matches(event)) {
        continue;
      }
      if (schedule.knows(dispatch)) {
        tally.skipped++;
      } else {
        under.put(
            schedule.id(),
            loop.settle(schedule.id(), new ScheduleInput.Happened(dispatch, event))
                .thenCompose(done -> records.history(ScheduleMachine.KIND, schedule.id())));
      }
    }
    under.forEach((id, history) -> count(id, Answers.await(history), event, tally));
  }

  private static void count(String id, List<String> history, TriggerEvent event, Tally tally) {
    Predicate<DispatchRecord> isOfThis = one -> event.eventId().equals(one.eventId());
    ScheduleViews.dispatches(history).stream()
        .filter(isOfThis)
        .findFirst()
        .ifPresentOrElse(one -> tally.records.put(id, one), () -> tally.skipped++);
  }
}
