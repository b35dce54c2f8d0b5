package io.mirrorneuron.runtime.schedule;

import io.mirrorneuron.model.GivenReason;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.schedule.BackfillReport;
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
import io.mirrorneuron.runtime.schedule.cron.WrittenTime;
import io.mirrorneuron.runtime.schedule.definition.Definition;
import io.mirrorneuron.runtime.schedule.definition.DefinitionForm;
import io.mirrorneuron.runtime.schedule.definition.DefinitionReader;
import io.mirrorneuron.runtime.schedule.event.GivenLimits;
import io.mirrorneuron.store.RecordStore;
import io.mirrorneuron.store.RecordStore.StoredRecord;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** The schedules of the runtime in this process. */
final class LocalSchedules implements SchedulesPort {
  private static final int MOST_OTHERS = 200;

  private final MachineLoop<ScheduleState, ScheduleInput, ScheduleDeed> loop;
  private final ScheduleMachine machine;
  private final CronCalendar calendar;
  private final RecordStore records;
  private final ChildJobs jobs;
  private final Timers timers;
  private final Supplier<String> suffixes;
  private final ScheduleRows rows;

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
    this.rows = new ScheduleRows(records, machine, jobs);
  }

  @Override
  public ScheduleView create(NewSchedule wanted) {
    String manifest = wanted.bundle().manifestJson();
    Map<String, Object> written =
        wanted.schedule().isEmpty() ? ManifestSchedule.of(manifest) : wanted.schedule();
    if (written.isEmpty()) {
      throw MnException.invalid(
          "periodic schedules require cron or crons: the manifest has no schedule of its own, so"
              + " say when, such as by cron '0 2 * * *'");
    }
    GivenLimits.require(wanted.source(), GivenLimits.LARGEST_DETAILS, "source");
    long now = timers.now();
    Definition definition = DefinitionReader.read(calendar, written, now);
    definition.requireAhead(now);
    String id = "sched_" + suffixes.get();
    ChildJobs.Kept kept = jobs.keep(id, wanted.bundle());
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
    return rows.page(query);
  }

  @Override
  public ScheduleView get(String id) {
    CompletionStage<Optional<StoredRecord>> stored = records.read(ScheduleMachine.KIND, id);
    CompletionStage<Optional<String>> manifest = records.document(ScheduleMachine.KIND, id);
    CompletionStage<List<String>> history = records.history(ScheduleMachine.KIND, id);
    Schedule schedule = schedule(id, Answers.await(stored));
    Set<String> open = rows.open(Stream.of(schedule));
    return ScheduleViews.full(
        schedule,
        Answers.await(manifest).orElse(null),
        Answers.await(history),
        open,
        asking(schedule, open));
  }

  /** What its jobs ask people that will block its next time. */
  private Map<String, String> asking(Schedule schedule, Set<String> open) {
    Definition definition = schedule.definition();
    boolean mayBlock =
        schedule.isActive()
            && definition.kind() == Definition.Kind.PERIODIC
            && definition.prohibitOverlap();
    List<String> own =
        schedule.children().stream().map(ChildJobs.Child::jobId).filter(open::contains).toList();
    return mayBlock && !own.isEmpty() ? jobs.asking(own) : Map.of();
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
    if (changes.get("run_at") != null) {
      definition.requireAhead(timers.now());
    }
    Boolean enabled = changes.get("enabled") instanceof Boolean said ? said : null;
    return changed(
        id, new ScheduleInput.Redefine(definition, enabled, GivenReason.checked(reason)));
  }

  @Override
  public ScheduleView pause(String id, String reason, String until) {
    Long end = null;
    if (until != null && !until.isBlank()) {
      Schedule schedule = schedule(id, Answers.await(records.read(ScheduleMachine.KIND, id)));
      end = WrittenTime.ahead("until", until, schedule.definition().timezone(), timers.now());
    }
    return changed(id, new ScheduleInput.Pause(GivenReason.checked(reason), end));
  }

  @Override
  public ScheduleView resume(String id, String reason) {
    return changed(id, new ScheduleInput.Resume(GivenReason.checked(reason)));
  }

  @Override
  public Deleted delete(String id, String reason) {
    GivenReason.checked(reason);
    schedule(id, Answers.await(records.read(ScheduleMachine.KIND, id)));
    Answers.await(loop.submit(id, new ScheduleInput.Delete(reason)));
    return new Deleted(id, "deleted");
  }

  @Override
  public FiringPreview preview(PreviewQuery query) {
    String id = query.scheduleId();
    if (id != null) {
      Schedule stored = schedule(id, Answers.await(records.read(ScheduleMachine.KIND, id)));
      String zone = stored.definition().timezone();
      long from = Firings.from(query.from(), zone, timers.now(), stored.lastDue());
      return new Firings(calendar, null).of(stored, query.count(), from, others());
    }
    Definition definition = DefinitionReader.read(calendar, query.schedule(), timers.now());
    definition.requireAhead(timers.now());
    String runAt = query.schedule().get("run_at") instanceof String at ? at : null;
    long from = Firings.from(query.from(), definition.timezone(), timers.now(), null);
    return new Firings(calendar, runAt).of(null, definition, query.count(), from, others());
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
    ScheduleInput run = new ScheduleInput.RunNow(dispatch, payload, GivenReason.checked(reason));
    Answers.await(loop.settle(id, run))
        .filter(state -> !ScheduleMachine.isGone(state.schedule()))
        .orElseThrow(() -> missing(id));
    return DispatchReports.of(id, recorded(id, dispatch));
  }

  @Override
  public BackfillReport backfill(String id, Map<String, Object> wanted) {
    Schedule schedule = schedule(id, Answers.await(records.read(ScheduleMachine.KIND, id)));
    BackfillRequest request = BackfillRequest.read(schedule, wanted, calendar, timers.now());
    return request.isDry()
        ? request.dry(at -> hadJob(schedule, at))
        : request.begun(changed(id, request.input()).backfill());
  }

  private boolean hadJob(Schedule schedule, long at) {
    String part = DispatchIds.jobPart(DispatchIds.ofTime(schedule.id(), at));
    return schedule.work().times().has(calendar, at)
        || jobs.made(jobs.jobId(schedule.made().graphId(), Math.max(0, at), part));
  }

  @Override
  public ScheduleView cancelBackfill(String id) {
    return changed(id, new ScheduleInput.CancelBackfill());
  }

  /** What became of a dispatch; empty while it waits. */
  private Optional<DispatchRecord> recorded(String id, String dispatch) {
    return ScheduleViews.dispatches(Answers.await(records.history(ScheduleMachine.KIND, id)))
        .stream()
        .filter(record -> record.dispatchId().equals(dispatch))
        .findFirst();
  }
}
