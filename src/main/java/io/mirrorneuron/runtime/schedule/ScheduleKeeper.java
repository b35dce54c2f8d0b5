package io.mirrorneuron.runtime.schedule;

import io.mirrorneuron.model.Lifetime;
import io.mirrorneuron.port.schedule.ScheduleView.DispatchRecord;
import io.mirrorneuron.port.schedule.SchedulesPort;
import io.mirrorneuron.port.schedule.TriggerEvents.EventOutcome;
import io.mirrorneuron.port.schedule.TriggerEvents.TriggerEvent;
import io.mirrorneuron.runtime.local.Answers;
import io.mirrorneuron.runtime.loop.JobWatch;
import io.mirrorneuron.runtime.machine.LeaderTerm;
import io.mirrorneuron.runtime.machine.MachineLoop;
import io.mirrorneuron.runtime.port.Leader.Timers;
import io.mirrorneuron.runtime.schedule.BundleVersions.BundleVersion;
import io.mirrorneuron.runtime.schedule.cron.CronCalendar;
import io.mirrorneuron.runtime.schedule.event.BoundedReaction;
import io.mirrorneuron.runtime.schedule.event.EventReaction;
import io.mirrorneuron.runtime.schedule.event.MissedTimeLog;
import io.mirrorneuron.runtime.schedule.event.RuntimeEventSink;
import io.mirrorneuron.runtime.state.JobState;
import io.mirrorneuron.store.LeaderLease;
import io.mirrorneuron.store.RecordStore;
import io.mirrorneuron.store.RecordStore.StoredRecord;
import io.mirrorneuron.wire.Json;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** This server's part in schedules: the loop with its leader, the index, and the port. */
public final class ScheduleKeeper implements AutoCloseable {
  private static final int PAGE = 500;

  private final RecordStore records;
  private final ScheduleMachine machine;
  private final LeaderTerm lead;
  private final MachineLoop<ScheduleState, ScheduleInput, ScheduleEffect> loop;
  private final LocalSchedules port;
  private final EventIndex index;
  private final LeaderTerm reactionLead;
  private final BoundedReaction reaction;
  private final MissedTimeLog times = new MissedTimeLog();

  /**
   * @param lease decides which server runs the schedules
   * @param owner of this server
   * @param lifetime how often it tries for the lease and looks for work
   * @param suffixes gives unique texts that sort by time
   */
  public record Home(
      RecordStore records,
      LeaderLease lease,
      String owner,
      Lifetime lifetime,
      Supplier<String> suffixes) {}

  /**
   * @param news receives the events of schedules
   * @param threads may block
   */
  public ScheduleKeeper(
      Home home, ChildJobs jobs, RuntimeEventSink news, Timers timers, Executor threads) {
    CronCalendar calendar = new CronCalendar();
    records = home.records();
    machine = new ScheduleMachine(calendar);
    index = new EventIndex(records, machine, timers);
    lead = lead(ScheduleMachine.KIND, home, timers);
    loop =
        new MachineLoop<>(
            machine,
            records,
            new ScheduleEffects(jobs, records, news, times, timers, threads),
            lead,
            home.lifetime(),
            timers);
    reactionLead = lead(BoundedReaction.KIND, home, timers);
    reaction =
        new BoundedReaction(
            new ScheduleReaction(loop, machine, records, index),
            records,
            reactionLead,
            home.lifetime(),
            timers,
            BoundedReaction.PATIENCE);
    port = new LocalSchedules(loop, calendar, records, index, jobs, timers, home.suffixes());
  }

  private static LeaderTerm lead(String kind, Home home, Timers timers) {
    return new LeaderTerm(kind, home.owner(), home.lease(), home.lifetime(), timers);
  }

  public void start() {
    lead.start();
    loop.start();
    index.complete();
    reactionLead.start();
    reaction.start();
  }

  /** The schedules' reaction to events. */
  public EventReaction reaction() {
    return reaction;
  }

  public SchedulesPort port() {
    return port;
  }

  /**
   * Times without a job, or with a late one, by outcome; only those that this server has published
   * since its start.
   */
  public Map<String, Long> times() {
    return times.counts();
  }

  public CompletionStage<Boolean> has(String id) {
    return records
        .read(ScheduleMachine.KIND, id)
        .thenApply(
            stored ->
                stored
                    .map(found -> machine.read(found.json()).schedule())
                    .filter(schedule -> !ScheduleMachine.isGone(schedule))
                    .isPresent());
  }

  /** Fingerprints of the payload files that schedules use. */
  public CompletionStage<Set<String>> bundles() {
    return bundles("", new HashSet<>());
  }

  private CompletionStage<Set<String>> bundles(String after, Set<String> found) {
    return records
        .list(ScheduleMachine.KIND, after, PAGE)
        .thenCompose(
            page -> {
              page.forEach(stored -> add(stored, found));
              return page.size() < PAGE
                  ? CompletableFuture.completedFuture(found)
                  : bundles(last(page), found);
            });
  }

  private static String last(List<StoredRecord> page) {
    return page.getLast().id();
  }

  private void add(StoredRecord stored, Set<String> found) {
    Schedule.Made made = machine.read(stored.json()).schedule().made();
    Stream.concat(
            Stream.ofNullable(made.bundle()),
            made.versions().kept().stream().map(BundleVersion::bundle).filter(Objects::nonNull))
        .forEach(found::add);
  }

  /** Releases the lease for another server. */
  @Override
  public void close() {
    reaction.close();
    reactionLead.close();
    loop.close();
    lead.close();
  }

  /**
   * Reports at the take-over of a job whose server died that the window of its schedule has ended,
   * so that its programs do not start again.
   *
   * @param others the watch for all other purposes
   * @param records where schedules are kept
   */
  public record EndedWindows(JobWatch others, RecordStore records, Timers timers)
      implements JobWatch {
    private static final String SCHEDULE = "/metadata/schedule_dispatch/schedule_id";

    @Override
    public Listener of(JobState state, long epoch, Teller teller) {
      return others.of(state, epoch, teller);
    }

    @Override
    public CompletionStage<Optional<String>> overdue(JobState state) {
      String schedule = state.workflow().source().at(SCHEDULE).asText();
      return schedule.isEmpty()
          ? CompletableFuture.completedStage(Optional.empty())
          : records
              .read(ScheduleMachine.KIND, schedule)
              .thenApply(
                  stored ->
                      stored
                          .map(found -> Json.read(found.json(), Schedule.class, "a schedule"))
                          .filter(found -> hasEnded(found, state.jobId()))
                          .map(found -> ChildJobs.WINDOW_ENDED));
    }

    private boolean hasEnded(Schedule schedule, String jobId) {
      return schedule
          .work()
          .jobs()
          .filter(child -> child.jobId().equals(jobId))
          .anyMatch(child -> child.closingAt(timers.now()).closing());
    }
  }

  /** Delivers an event to the schedules that wait for it and whose filter it passes. */
  private static final class ScheduleReaction implements BoundedReaction.Schedules {
    private static final int PAGE = 200;

    private final MachineLoop<ScheduleState, ScheduleInput, ScheduleEffect> loop;
    private final ScheduleMachine machine;
    private final RecordStore records;
    private final EventIndex index;

    ScheduleReaction(
        MachineLoop<ScheduleState, ScheduleInput, ScheduleEffect> loop,
        ScheduleMachine machine,
        RecordStore records,
        EventIndex index) {
      this.loop = loop;
      this.machine = machine;
      this.records = records;
      this.index = index;
    }

    /** Dispatches made of the event so far. */
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

    /** Handles the schedules of a page in parallel. */
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
}
