package io.mirrorneuron.runtime.schedule;

import io.mirrorneuron.bundle.InputValues;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.GivenReason;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.Submission;
import io.mirrorneuron.port.schedule.ScheduleView;
import io.mirrorneuron.port.schedule.ScheduleView.DispatchRecord;
import io.mirrorneuron.port.schedule.ScheduleView.MissedTimesDefault;
import io.mirrorneuron.port.schedule.ScheduleView.ScheduleVersions;
import io.mirrorneuron.port.schedule.SchedulesPort;
import io.mirrorneuron.port.schedule.SchedulesPort.AppliedSchedule;
import io.mirrorneuron.port.schedule.SchedulesPort.BackfillReport;
import io.mirrorneuron.port.schedule.SchedulesPort.DispatchReport;
import io.mirrorneuron.port.schedule.SchedulesPort.FiringPreview;
import io.mirrorneuron.port.schedule.SchedulesPort.NewSchedule;
import io.mirrorneuron.port.schedule.SchedulesPort.PreviewQuery;
import io.mirrorneuron.port.schedule.TriggerEvents.TriggerEvent;
import io.mirrorneuron.runtime.local.Answers;
import io.mirrorneuron.runtime.machine.MachineLoop;
import io.mirrorneuron.runtime.manifest.graph.ManifestSchedule;
import io.mirrorneuron.runtime.port.Leader.Timers;
import io.mirrorneuron.runtime.schedule.BundleVersions.BundleVersion;
import io.mirrorneuron.runtime.schedule.Schedule.Status;
import io.mirrorneuron.runtime.schedule.cron.CronCalendar;
import io.mirrorneuron.runtime.schedule.cron.WrittenTime;
import io.mirrorneuron.runtime.schedule.event.InputLimits;
import io.mirrorneuron.store.RecordStore;
import io.mirrorneuron.store.RecordStore.StoredRecord;
import io.mirrorneuron.store.bundle.VersionManifests;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The schedules of the runtime in this process. */
final class LocalSchedules implements SchedulesPort {
  private static final int MOST_OTHERS = 200;

  /** Firings that an applied schedule reports. */
  private static final int FIRINGS_SHOWN = 3;

  private static final int MOST_TRIES = 10;

  private final MachineLoop<ScheduleState, ScheduleInput, ScheduleEffect> loop;
  private final ScheduleMachine machine;
  private final CronCalendar calendar;
  private final RecordStore records;
  private final EventIndex index;
  private final ScheduleNames names;
  private final VersionManifests texts;
  private final ChildJobs jobs;
  private final Timers timers;
  private final Supplier<String> suffixes;
  private final ScheduleRows rows;

  /**
   * @param suffixes gives unique texts that sort by time
   */
  LocalSchedules(
      MachineLoop<ScheduleState, ScheduleInput, ScheduleEffect> loop,
      CronCalendar calendar,
      RecordStore records,
      EventIndex index,
      ChildJobs jobs,
      Timers timers,
      Supplier<String> suffixes) {
    this.loop = loop;
    this.machine = new ScheduleMachine(calendar);
    this.calendar = calendar;
    this.records = records;
    this.index = index;
    this.names = new ScheduleNames(records);
    this.texts = new VersionManifests(records, ScheduleEffects.MANIFESTS);
    this.jobs = jobs;
    this.timers = timers;
    this.suffixes = suffixes;
    this.rows = new ScheduleRows(records, machine, jobs);
  }

  @Override
  public ScheduleView create(NewSchedule wanted) {
    Map<String, Object> written = written(wanted);
    requireNoId(written.get("name"));
    String id = freshId();
    made(id, wanted, written);
    String name = DefinitionReader.read(calendar, written, timers.now()).name();
    return get(id).warned(name == null ? List.of() : taken(name, id));
  }

  /** A name that looks like an id could address another schedule. */
  private static void requireNoId(Object name) {
    if (name instanceof String text && text.strip().matches("(?s)(?:@|sched_).*")) {
      throw MnException.invalid(
          "a schedule cannot be called %s: what begins with @ or sched_ is an id"
              .formatted(JsonMemberReader.shown(text)));
    }
  }

  private String freshId() {
    return "sched_" + suffixes.get();
  }

  /** The schedule as the request, or else the manifest, defines it. */
  private static Map<String, Object> written(NewSchedule wanted) {
    return wanted.schedule().isEmpty()
        ? ManifestSchedule.of(wanted.bundle().manifestJson())
        : wanted.schedule();
  }

  /**
   * Makes a schedule, unless one has that id.
   *
   * @return whether this call made it
   */
  private boolean made(String id, NewSchedule wanted, Map<String, Object> written) {
    if (written.isEmpty()) {
      throw MnException.invalid(
          "periodic schedules require cron or crons: the manifest has no schedule of its own, so"
              + " say when, such as by cron '0 2 * * *'");
    }
    InputLimits.require(wanted.source(), InputLimits.LARGEST_DETAILS, "source");
    long now = timers.now();
    Definition definition = DefinitionReader.read(calendar, written, now);
    definition.requireAhead(now);
    ChildJobs.Kept kept = jobs.keep(id, wanted.bundle());
    boolean enabled = !Boolean.FALSE.equals(written.get("enabled"));
    String by = wanted.bundle().submittedBy();
    Schedule schedule =
        Schedule.of(
            id,
            definition,
            enabled ? Status.ACTIVE : Status.PAUSED,
            new Schedule.Made(kept.bundle(), kept.graphId(), wanted.source(), by, now));
    String manifest = wanted.bundle().manifestJson();
    Optional<ScheduleState> state =
        Answers.await(loop.submit(id, new ScheduleInput.Create(schedule, manifest)));
    return state
        .map(ScheduleState::schedule)
        .filter(found -> found.made().equals(schedule.made()))
        .filter(found -> found.definition().equals(definition))
        .isPresent();
  }

  /** Warnings for a new schedule whose name is in use. */
  private List<String> taken(String name, String id) {
    List<String> others =
        Answers.await(index.someNamed(name)).stream()
            .filter(one -> one.isActive() || one.status() == Status.PAUSED)
            .map(Schedule::id)
            .filter(other -> !other.equals(id))
            .toList();
    return others.isEmpty()
        ? List.of()
        : List.of(
            "%s called %s, too (%s), and each makes its jobs; to give that one this bundle, apply it by its name"
                .formatted(
                    others.size() == 1 ? "another schedule is" : others.size() + " others are",
                    name,
                    String.join(", ", others)));
  }

  /** Schedules of a name that may still make jobs. */
  private List<Schedule> open(String name) {
    return Answers.await(index.named(name)).stream()
        .filter(one -> one.isActive() || one.status() == Status.PAUSED)
        .toList();
  }

  /** The schedule that a name addresses: the active one, else the paused one. */
  private Optional<Schedule> named(String name) {
    List<Schedule> open = open(name);
    List<Schedule> active = open.stream().filter(Schedule::isActive).toList();
    List<Schedule> meant = active.isEmpty() ? open : active;
    if (meant.size() > 1) {
      throw new MnException(
          ErrorCode.CONFLICT,
          "ambiguous_name",
          "%d schedules are called %s: %s; delete, pause or rename all but one, or use an id"
              .formatted(
                  meant.size(),
                  name,
                  meant.stream().map(Schedule::id).collect(Collectors.joining(", "))));
    }
    return meant.stream().findFirst();
  }

  @Override
  public AppliedSchedule apply(String name, NewSchedule wanted, String reason) {
    GivenReason.checked(reason);
    Map<String, Object> written = new LinkedHashMap<>(written(wanted));
    if (name == null || name.isBlank() || !name.equals(name.strip())) {
      throw MnException.invalid(
          "the name must not be blank, and neither begin nor end with a blank");
    }
    requireNoId(name);
    Object own = written.get("name");
    if (own != null && !own.equals(name) && !wanted.schedule().isEmpty()) {
      throw MnException.invalid(
          "schedule.name is not %s, which it is asked for; leave it out, or change it with an update"
              .formatted(JsonMemberReader.shown(name)));
    }
    if (!written.isEmpty()) {
      written.put("name", name);
      MissedTimesDefault.madeUpFor(written);
      DefinitionReader.read(calendar, written, timers.now());
    }
    for (int i = 0; i < MOST_TRIES; i++) {
      Optional<Schedule> found = named(name);
      if (found.isPresent()) {
        try {
          return replaced(found.get(), wanted, written, reason);
        } catch (MnException e) {
          if (!e.error().equals("schedule_not_found")) {
            throw e;
          }
          continue; // it was deleted meanwhile
        }
      }
      String id = Answers.await(names.claim(name, this::freshId));
      boolean isUsed = Answers.await(records.read(ScheduleMachine.KIND, id)).isPresent();
      if (!isUsed && made(id, wanted, written)) {
        Answers.await(names.made(name, id));
        Schedule made = schedule(id, Answers.await(records.read(ScheduleMachine.KIND, id)));
        return applied("created", made, wanted.bundle().manifestJson());
      }
      Answers.await(names.made(name, id)); // it was made or renamed meanwhile
    }
    throw MnException.unavailable(
        "others make and delete schedules called " + name + " all the time", null);
  }

  /** The schedule as this call left it; a later call may have changed it since. */
  private AppliedSchedule applied(String outcome, Schedule stored, String manifest) {
    String zone = stored.definition().timezone();
    long from = Firings.from(null, zone, timers.now(), stored.lastDue());
    FiringPreview next = new Firings(calendar, null).of(stored, FIRINGS_SHOWN, from, List.of());
    List<String> history = Answers.await(records.history(ScheduleMachine.KIND, stored.id()));
    return new AppliedSchedule(outcome, view(stored, manifest, history), next.data());
  }

  @Override
  public AppliedSchedule replaceBundle(String id, NewSchedule wanted, String reason) {
    if (!wanted.schedule().isEmpty()) {
      throw MnException.invalid("schedule stays as it is here; an update changes it");
    }
    GivenReason.checked(reason);
    Schedule found = schedule(id, Answers.await(records.read(ScheduleMachine.KIND, id)));
    return replaced(found, wanted, Map.of(), reason);
  }

  /**
   * @param written empty when its times stay
   */
  private AppliedSchedule replaced(
      Schedule found, NewSchedule wanted, Map<String, Object> written, String reason) {
    InputLimits.require(wanted.source(), InputLimits.LARGEST_DETAILS, "source");
    String id = found.id();
    long now = timers.now();
    Definition definition =
        written.isEmpty() ? null : DefinitionReader.read(calendar, written, now);
    if (definition != null && !definition.equals(found.definition())) {
      definition.requireAhead(now);
    }
    Boolean enabled = written.get("enabled") instanceof Boolean said ? said : null;
    String document = Answers.await(records.document(ScheduleMachine.KIND, id)).orElse("{}");
    Submission bundle = InputValues.carried(document, wanted.bundle());
    ChildJobs.Kept kept = jobs.keep(id, bundle);
    String manifest = bundle.manifestJson();
    BundleVersion next =
        new BundleVersion(
            0,
            BundleVersion.fingerprint(manifest),
            kept.bundle(),
            kept.graphId(),
            wanted.source(),
            bundle.submittedBy(),
            now);
    BundleVersion before = first(found, document);
    if (found.versions().isFirst()) {
      Answers.await(texts.put(id, before.fingerprint(), document, now));
    }
    Answers.await(texts.put(id, next.fingerprint(), manifest, now));
    Schedule after =
        submitted(
            id, new ScheduleInput.Replace(before, next, manifest, definition, enabled, reason));
    tidy(after, now);
    boolean isSame =
        after.versions().current() == found.versions().current()
            && after.definition().equals(found.definition())
            && after.status() == found.status();
    return applied(isSame ? "unchanged" : "replaced", after, manifest);
  }

  /** Its first bundle, if the bundle was never changed. */
  private static BundleVersion first(Schedule schedule, String document) {
    Schedule.Made made = schedule.made();
    return new BundleVersion(
        1,
        BundleVersion.fingerprint(document),
        made.bundle(),
        made.graphId(),
        made.source(),
        made.by(),
        made.at());
  }

  private void tidy(Schedule schedule, long now) {
    Set<String> kept =
        schedule.versions().kept().stream()
            .map(BundleVersion::fingerprint)
            .collect(Collectors.toSet());
    if (!kept.isEmpty()) {
      Answers.await(texts.tidy(schedule.id(), kept, now));
    }
  }

  private Schedule submitted(String id, ScheduleInput input) {
    return Answers.await(loop.submit(id, input))
        .map(ScheduleState::schedule)
        .filter(schedule -> !ScheduleMachine.isGone(schedule))
        .orElseThrow(() -> missing(id));
  }

  @Override
  public ScheduleVersions versions(String id, Integer version) {
    String document = Answers.await(records.document(ScheduleMachine.KIND, id)).orElse("");
    Schedule schedule = schedule(id, Answers.await(records.read(ScheduleMachine.KIND, id)));
    BundleVersions versions = schedule.versions();
    List<BundleVersion> all =
        versions.isFirst() ? List.of(first(schedule, document)) : versions.kept().reversed();
    if (version == null) {
      return new ScheduleVersions(
          id, all.stream().map(one -> ScheduleViews.version(schedule, one, null)).toList());
    }
    BundleVersion wanted =
        all.stream()
            .filter(one -> one.number() == version)
            .findFirst()
            .orElseThrow(() -> missing(version, id));
    String manifest = versions.isFirst() ? document : manifest(id, wanted);
    return new ScheduleVersions(id, List.of(ScheduleViews.version(schedule, wanted, manifest)));
  }

  private String manifest(String id, BundleVersion version) {
    return Answers.await(texts.get(id, version.fingerprint()))
        .orElseThrow(() -> missing(version.number(), id));
  }

  private static MnException missing(int version, String id) {
    return MnException.notFound("version", "%d of schedule %s".formatted(version, id));
  }

  @Override
  public ScheduleView rollBack(String id, Integer version, String reason) {
    GivenReason.checked(reason);
    Schedule schedule = schedule(id, Answers.await(records.read(ScheduleMachine.KIND, id)));
    BundleVersions versions = schedule.versions();
    if (version == null && versions.before().isEmpty()) {
      throw MnException.precondition(
          "no version before %d of the bundle of schedule %s is kept"
              .formatted(versions.current(), id));
    }
    if (version != null && version == 1 && versions.isFirst()) {
      return get(id); // there is no other version
    }
    BundleVersion back =
        (version == null ? versions.before() : versions.of(version))
            .orElseThrow(() -> missing(version, id));
    submitted(
        id,
        new ScheduleInput.RollBack(back.number(), back.fingerprint(), manifest(id, back), reason));
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
    return view(schedule, Answers.await(manifest).orElse(null), Answers.await(history));
  }

  private ScheduleView view(Schedule schedule, String manifest, List<String> history) {
    Set<String> open = rows.open(Stream.of(schedule));
    return ScheduleViews.full(schedule, manifest, history, open, asking(schedule, open));
  }

  /** Questions of its jobs to people that will block its next time. */
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
    requireNoId(changes.get("name"));
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
    Schedule named = schedule(id, Answers.await(records.read(ScheduleMachine.KIND, id)));
    if (named.definition().name() != null) {
      Answers.await(names.made(named.definition().name(), id));
    }
    Answers.await(loop.submit(id, new ScheduleInput.Delete(reason)));
    Answers.await(texts.forget(id));
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

  /** Some active schedules: enough to see that many fire at the same time. */
  private List<Schedule> others() {
    return Answers.await(records.list(ScheduleMachine.KIND, "", MOST_OTHERS)).stream()
        .map(stored -> machine.read(stored.json()).schedule())
        .filter(Schedule::isActive)
        .toList();
  }

  @Override
  public DispatchReport dispatch(
      String id, Map<String, Object> payload, String reason, String key) {
    InputLimits.require(payload, InputLimits.LARGEST_PAYLOAD, "payload");
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
        || schedule.graphIds().stream()
            .anyMatch(graphId -> jobs.made(jobs.jobId(graphId, Math.max(0, at), part)));
  }

  @Override
  public ScheduleView cancelBackfill(String id) {
    return changed(id, new ScheduleInput.CancelBackfill());
  }

  /** The record of a dispatch; empty while it waits. */
  private Optional<DispatchRecord> recorded(String id, String dispatch) {
    return ScheduleViews.dispatches(Answers.await(records.history(ScheduleMachine.KIND, id)))
        .stream()
        .filter(record -> record.dispatchId().equals(dispatch))
        .findFirst();
  }

  /** Builds the answers to dispatches and events. */
  private static final class DispatchReports {
    /** The schedules have the remaining records. */
    private static final int MOST_SHOWN = 20;

    private DispatchReports() {}

    /**
     * @param found empty while an earlier job of the schedule is being made
     */
    static DispatchReport of(String scheduleId, Optional<DispatchRecord> found) {
      DispatchRecord dispatch = found.orElse(null);
      List<DispatchRecord> all = found.stream().toList();
      return new DispatchReport(
          1,
          count(all, "submitted"),
          found.isEmpty() ? 1 : 0,
          count(all, "failed"),
          0,
          count(all, "blocked"),
          scheduleId,
          dispatch == null ? null : dispatch.jobId(),
          dispatch == null ? "waiting" : dispatch.status(),
          dispatch,
          null,
          null,
          null);
    }

    /**
     * @param checked schedules looked at
     * @param matched schedules that wait for the event
     */
    static DispatchReport of(
        TriggerEvent event, int checked, int matched, List<DispatchRecord> all) {
      return new DispatchReport(
          checked,
          count(all, "submitted"),
          Math.max(0, matched - all.size()),
          count(all, "failed"),
          0,
          count(all, "blocked"),
          null,
          all.size() == 1 ? all.getFirst().jobId() : null,
          "emitted",
          null,
          all.stream().limit(MOST_SHOWN).toList(),
          event,
          event.eventId());
    }

    private static int count(List<DispatchRecord> all, String status) {
      return (int) all.stream().filter(record -> record.status().equals(status)).count();
    }
  }
}
