package io.mirrorneuron.runtime.schedule;

import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.schedule.DispatchRecord;
import io.mirrorneuron.port.schedule.DispatchReport;
import io.mirrorneuron.port.schedule.FiringPreview;
import io.mirrorneuron.port.schedule.NewSchedule;
import io.mirrorneuron.port.schedule.PreviewQuery;
import io.mirrorneuron.port.schedule.ScheduleView;
import io.mirrorneuron.port.schedule.SchedulesPort;
import io.mirrorneuron.runtime.local.Answers;
import io.mirrorneuron.runtime.machine.MachineLoop;
import io.mirrorneuron.runtime.manifest.schedule.ManifestSchedule;
import io.mirrorneuron.runtime.port.Timers;
import io.mirrorneuron.runtime.schedule.Schedule.Status;
import io.mirrorneuron.runtime.schedule.cron.CronCalendar;
import io.mirrorneuron.runtime.schedule.event.GivenLimits;
import io.mirrorneuron.store.RecordStore;
import io.mirrorneuron.store.RecordStore.StoredRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/** The schedules of the runtime in this process. */
final class LocalSchedules implements SchedulesPort {
  private static final int MOST_ROWS = 1_000;
  private static final int PAGE = 100;

  /** What a list may have together, and about as much as one row of it can have. */
  private static final int MOST_CHARS = 4 << 20;

  private static final int MOST_ROW_CHARS = 6 * GivenLimits.LARGEST_DETAILS;
  private static final int MOST_OTHERS = 200;

  private final MachineLoop<ScheduleState, ScheduleInput, ScheduleDeed> loop;
  private final ScheduleMachine machine;
  private final CronCalendar calendar;
  private final RecordStore records;
  private final ChildJobs jobs;
  private final Timers timers;
  private final Supplier<String> suffixes;

  /**
   * @param suffixes gives texts that sort by time, never the same twice
   */
  LocalSchedules(
      MachineLoop<ScheduleState, ScheduleInput, ScheduleDeed> loop,
      CronCalendar calendar,
      RecordStore records,
      ChildJobs jobs,
      Timers timers,
      Supplier<String> suffixes) {
    this.loop = loop;
    this.machine = new ScheduleMachine(calendar);
    this.calendar = calendar;
    this.records = records;
    this.jobs = jobs;
    this.timers = timers;
    this.suffixes = suffixes;
  }

  @Override
  public ScheduleView create(NewSchedule wanted) {
    String manifest = wanted.bundle().manifestJson();
    Map<String, Object> written =
        wanted.schedule().isEmpty() ? ManifestSchedule.of(manifest) : wanted.schedule();
    GivenLimits.require(wanted.source(), GivenLimits.LARGEST_DETAILS, "source");
    long now = timers.now();
    Definition definition = DefinitionReader.read(calendar, written, now);
    ChildJobs.Kept kept = jobs.keep(wanted.bundle());
    String id = "sched_" + suffixes.get();
    boolean enabled = !Boolean.FALSE.equals(written.get("enabled"));
    String by = wanted.bundle().submittedBy();
    Schedule schedule =
        Schedule.of(
            id,
            definition,
            enabled ? Status.ACTIVE : Status.PAUSED,
            new Schedule.Made(kept.bundle(), kept.graphId(), wanted.source(), by, now));
    Answers.await(loop.submit(id, new ScheduleInput.Create(schedule, manifest)));
    return get(id);
  }

  @Override
  public Page list(Query query) {
    int limit = query.limit() <= 0 ? MOST_ROWS : Math.min(query.limit(), MOST_ROWS);
    List<ScheduleView> rows = new ArrayList<>();
    String after = query.after() == null ? "" : query.after();
    int size = Math.min(limit + 1, PAGE);
    long chars = 0;
    while (true) {
      List<StoredRecord> page = Answers.await(page(query.kind(), after, size));
      for (StoredRecord stored : page) {
        Schedule schedule = machine.read(stored.json()).schedule();
        ScheduleView row = ScheduleViews.row(schedule);
        if (!ScheduleMachine.isGone(schedule) && fits(row, query)) {
          if (rows.size() == limit || chars > MOST_CHARS) {
            return new Page(rows, rows.getLast().scheduleId());
          }
          rows.add(row);
          chars += Math.min(stored.json().length(), MOST_ROW_CHARS);
        }
      }
      if (page.size() < size) {
        return new Page(rows, null);
      }
      after = page.getLast().id();
    }
  }

  private CompletionStage<List<StoredRecord>> page(String kind, String after, int size) {
    return kind == null
        ? records.list(ScheduleMachine.KIND, after, size)
        : records.list(ScheduleMachine.KIND, kind, after, size);
  }

  private static boolean fits(ScheduleView row, Query query) {
    return (query.status() == null || query.status().equals(row.status()))
        && (query.enabled() == null || query.enabled() == row.enabled());
  }

  @Override
  public ScheduleView get(String id) {
    CompletionStage<Optional<StoredRecord>> stored = records.read(ScheduleMachine.KIND, id);
    CompletionStage<Optional<String>> manifest = records.document(ScheduleMachine.KIND, id);
    CompletionStage<List<String>> history = records.history(ScheduleMachine.KIND, id);
    Schedule schedule = schedule(id, Answers.await(stored));
    List<String> children = schedule.children().stream().map(ScheduleWork.Child::jobId).toList();
    return ScheduleViews.full(
        schedule,
        Answers.await(manifest).orElse(null),
        Answers.await(history),
        jobs.open(children));
  }

  private Schedule schedule(String id, Optional<StoredRecord> stored) {
    return stored
        .map(found -> machine.read(found.json()).schedule())
        .filter(schedule -> !ScheduleMachine.isGone(schedule))
        .orElseThrow(() -> missing(id));
  }

  private static MnException missing(String id) {
    return MnException.notFound("schedule", id);
  }

  private ScheduleView changed(String id, ScheduleInput input) {
    if (Answers.await(loop.submit(id, input)).isEmpty()) {
      throw missing(id);
    }
    return get(id);
  }

  @Override
  public ScheduleView update(String id, Map<String, Object> changes, String reason) {
    if (changes.containsKey("status")) {
      throw MnException.invalid(
          "schedule.status cannot be set; pause or resume the schedule, or set enabled");
    }
    Schedule schedule = schedule(id, Answers.await(records.read(ScheduleMachine.KIND, id)));
    Map<String, Object> merged = DefinitionForm.merged(schedule.definition(), changes);
    Definition definition = DefinitionReader.read(calendar, merged, timers.now());
    boolean enabled =
        changes.get("enabled") instanceof Boolean said ? said : schedule.status() != Status.PAUSED;
    return changed(id, new ScheduleInput.Redefine(definition, enabled, GivenLimits.reason(reason)));
  }

  @Override
  public ScheduleView pause(String id, String reason, String until) {
    Long end = null;
    if (until != null && !until.isBlank()) {
      Schedule schedule = schedule(id, Answers.await(records.read(ScheduleMachine.KIND, id)));
      end = DefinitionReader.time(until, schedule.definition().timezone());
      if (end == null) {
        throw MnException.invalid("until must be a time such as 2026-06-21T02:00:00Z");
      }
    }
    return changed(id, new ScheduleInput.Pause(GivenLimits.reason(reason), end));
  }

  @Override
  public ScheduleView resume(String id, String reason) {
    return changed(id, new ScheduleInput.Resume(GivenLimits.reason(reason)));
  }

  @Override
  public Deleted delete(String id, String reason) {
    GivenLimits.reason(reason);
    schedule(id, Answers.await(records.read(ScheduleMachine.KIND, id)));
    Answers.await(loop.submit(id, new ScheduleInput.Delete(reason)));
    return new Deleted(id, "deleted");
  }

  @Override
  public FiringPreview preview(PreviewQuery query) {
    String id = query.scheduleId();
    Definition definition =
        id == null
            ? DefinitionReader.read(calendar, query.schedule(), timers.now())
            : schedule(id, Answers.await(records.read(ScheduleMachine.KIND, id))).definition();
    long from = Firings.from(query.from(), definition.timezone(), timers.now());
    return new Firings(calendar).of(id, definition, query.count(), from, others());
  }

  /** Some of those that are active: enough to see that many are due at the same time. */
  private List<Schedule> others() {
    return Answers.await(records.list(ScheduleMachine.KIND, "", MOST_OTHERS)).stream()
        .map(stored -> machine.read(stored.json()).schedule())
        .filter(Schedule::isActive)
        .toList();
  }

  @Override
  public DispatchReport dispatch(
      String id, Map<String, Object> payload, String reason, String key) {
    GivenLimits.require(payload, GivenLimits.LARGEST_PAYLOAD, "payload");
    String dispatch = DispatchIds.ofCall(id, key == null ? suffixes.get() : "key " + key);
    ScheduleInput run = new ScheduleInput.RunNow(dispatch, payload, GivenLimits.reason(reason));
    Answers.await(loop.settle(id, run))
        .filter(state -> !ScheduleMachine.isGone(state.schedule()))
        .orElseThrow(() -> missing(id));
    return DispatchReports.of(id, recorded(id, dispatch));
  }

  /** What became of a dispatch; empty while it waits. */
  private Optional<DispatchRecord> recorded(String id, String dispatch) {
    return ScheduleViews.dispatches(Answers.await(records.history(ScheduleMachine.KIND, id)))
        .stream()
        .filter(record -> record.dispatchId().equals(dispatch))
        .findFirst();
  }
}
