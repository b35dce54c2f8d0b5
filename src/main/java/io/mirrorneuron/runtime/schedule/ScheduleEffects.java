package io.mirrorneuron.runtime.schedule;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.mirrorneuron.model.ErrorCode;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.model.RunId;
import io.mirrorneuron.runtime.machine.EffectRunner;
import io.mirrorneuron.runtime.manifest.graph.ChildManifest;
import io.mirrorneuron.runtime.port.Leader.Timers;
import io.mirrorneuron.runtime.schedule.ScheduleWork.Reason;
import io.mirrorneuron.runtime.schedule.event.MissedTimeLog;
import io.mirrorneuron.runtime.schedule.event.RuntimeEventSink;
import io.mirrorneuron.store.RecordStore;
import io.mirrorneuron.store.RecordStore.StoredRecord;
import io.mirrorneuron.store.bundle.VersionManifests;
import io.mirrorneuron.wire.Json;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;

/** Makes, looks up and cancels the jobs of schedules. */
final class ScheduleEffects implements EffectRunner<ScheduleInput, ScheduleEffect> {
  private static final String TOO_LATE =
      "nothing could be stored until its grace was over: a disk was full, or Redis away";

  /** Where the manifests of versions are kept. */
  static final String MANIFESTS = "schedule-manifests";

  private static final int MOST_BEGUN = 10_000;

  private final ChildJobs jobs;
  private final RecordStore records;
  private final VersionManifests texts;
  private final RuntimeEventSink news;
  private final MissedTimeLog times;
  private final Timers timers;
  private final Executor threads;

  /** The newest effects that this server has begun. */
  private final Cache<String, Boolean> begun =
      Caffeine.newBuilder().executor(Runnable::run).maximumSize(MOST_BEGUN).build();

  /**
   * @param news receives the events of schedules
   * @param times logs missed and late times
   * @param threads may block
   */
  ScheduleEffects(
      ChildJobs jobs,
      RecordStore records,
      RuntimeEventSink news,
      MissedTimeLog times,
      Timers timers,
      Executor threads) {
    this.timers = timers;
    this.times = times;
    this.jobs = jobs;
    this.records = records;
    this.texts = new VersionManifests(records, MANIFESTS);
    this.news = news;
    this.threads = threads;
  }

  @Override
  public CompletionStage<ScheduleInput> perform(String id, ScheduleEffect effect) {
    String dispatch =
        switch (effect) {
          case ScheduleEffect.Look look -> look.dispatchId();
          case ScheduleEffect.Start start -> start.due().dispatchId();
          default -> null;
        };
    boolean isFirst =
        dispatch == null || begun.asMap().put(effect.getClass() + dispatch, true) == null;
    return isFirst
        ? begin(id, effect)
        : records
            .read(ScheduleMachine.KIND, id)
            .thenApplyAsync(stored -> stored.filter(found -> isTooLate(found, dispatch)), threads)
            .thenCompose(
                late ->
                    late.isEmpty()
                        ? begin(id, effect)
                        : CompletableFuture.completedStage(
                            new ScheduleInput.NotStarted(dispatch, TOO_LATE, true)));
  }

  /**
   * Whether the grace of a time that was handled before is over, and no job of it was made. That
   * happens when the outcome could not be stored.
   */
  private boolean isTooLate(RecordStore.StoredRecord stored, String dispatch) {
    Schedule schedule = Json.read(stored.json(), Schedule.class, "a schedule");
    long since = timers.now() - schedule.definition().missedGraceMs();
    return schedule.waiting().stream()
        .filter(due -> due.dispatchId().equals(dispatch) && !due.catchUp())
        .filter(due -> due.reason() == Reason.PERIODIC || due.reason() == Reason.DELAYED)
        .filter(due -> due.phase() != ScheduleWork.Phase.WAITS && due.notBefore() <= since)
        .anyMatch(due -> !jobs.made(jobId(schedule.origin(due).graphId(), due.at(), dispatch)));
  }

  private CompletionStage<ScheduleInput> begin(String id, ScheduleEffect effect) {
    return switch (effect) {
      case ScheduleEffect.Look look -> CompletableFuture.supplyAsync(() -> look(look), threads);
      case ScheduleEffect.Foresee(long due, var all) ->
          CompletableFuture.supplyAsync(
              () -> new ScheduleInput.Foreseen(due, jobs.asking(jobs.open(all))), threads);
      case ScheduleEffect.Survey survey ->
          CompletableFuture.supplyAsync(() -> survey(survey), threads);
      case ScheduleEffect.Close(var job) ->
          CompletableFuture.supplyAsync(() -> close(job), threads);
      case ScheduleEffect.Start start -> start(id, start);
      case ScheduleEffect.Tell(var happened) ->
          news.tell(happened)
              .thenApply(
                  reported -> {
                    if (begun.asMap().put("told " + happened.id(), true) == null) {
                      times.note(happened);
                    }
                    return new ScheduleInput.EventDelivered(happened.id());
                  });
    };
  }

  private ScheduleInput look(ScheduleEffect.Look look) {
    Set<String> open = jobs.open(look.jobs());
    return new ScheduleInput.Seen(
        look.dispatchId(), open, look.asks() && !open.isEmpty() ? jobs.asking(open) : Map.of());
  }

  private ScheduleInput survey(ScheduleEffect.Survey survey) {
    Set<String> ended = new HashSet<>(survey.jobs());
    ended.removeAll(jobs.open(survey.jobs()));
    String dispatch = survey.dispatchId();
    boolean had =
        dispatch != null
            && survey.graphIds().stream()
                .anyMatch(graphId -> jobs.made(jobId(graphId, survey.at(), dispatch)));
    return new ScheduleInput.Surveyed(dispatch, ended, had);
  }

  private String jobId(String graphId, long at, String dispatch) {
    return jobs.jobId(graphId, Math.max(0, at), DispatchIds.jobPart(dispatch));
  }

  /**
   * A server that stood still finds that another server has made the job. The manifest is read
   * before the schedule: so it is of the schedule's version, or of an older one.
   */
  private CompletionStage<ScheduleInput> start(String id, ScheduleEffect.Start start) {
    String fingerprint = start.origin().fingerprint();
    return (fingerprint == null
            ? records.document(ScheduleMachine.KIND, id)
            : texts.get(id, fingerprint))
        .thenCompose(
            manifest ->
                records
                    .read(ScheduleMachine.KIND, id)
                    .thenApplyAsync(stored -> start(start, manifest, stored), threads));
  }

  private ScheduleInput start(
      ScheduleEffect.Start start, Optional<String> manifest, Optional<StoredRecord> stored) {
    String dispatch = start.due().dispatchId();
    Optional<Schedule> schedule =
        stored
            .map(found -> Json.read(found.json(), Schedule.class, "a schedule"))
            .filter(found -> found.awaits(dispatch));
    if (schedule.isEmpty()) { // handled already; this outcome is ignored
      return new ScheduleInput.NotStarted(dispatch, "it was dealt with", false);
    }
    if (!schedule.get().origin(start.due()).equals(start.origin())) {
      throw MnException.unavailable("the bundle was changed just now: it is looked at again", null);
    }
    return manifest.isPresent() ? start(start, manifest.get()) : gone(start);
  }

  private static ScheduleInput gone(ScheduleEffect.Start start) {
    return new ScheduleInput.NotStarted(
        start.due().dispatchId(), "the manifest of the schedule is gone", false);
  }

  /** A job that was cancelled for its window earlier counts as open when that was not stored. */
  private ScheduleInput close(String job) {
    boolean open = !jobs.open(List.of(job)).isEmpty();
    if (open) {
      try {
        jobs.cancel(job, ChildJobs.WINDOW_ENDED);
      } catch (MnException e) {
        if (e.code() != ErrorCode.NOT_FOUND && e.code() != ErrorCode.PRECONDITION) {
          throw e;
        }
      }
    }
    return new ScheduleInput.Closed(job, open || jobs.isCancelled(job, ChildJobs.WINDOW_ENDED));
  }

  private ScheduleInput start(ScheduleEffect.Start start, String manifest) {
    String dispatch = start.due().dispatchId();
    try {
      String jobId = jobId(start.origin().graphId(), start.due().at(), dispatch);
      jobs.make(
          new ChildJobs.Order(
              start.origin().scheduleId(),
              jobId,
              dispatch,
              manifest(start, manifest, RunId.of(jobId)),
              start.origin().bundle(),
              start.origin().by(),
              start.due().reason() == ScheduleWork.Reason.RESOURCE_WAIT));
      return new ScheduleInput.Started(dispatch, jobId);
    } catch (MnException e) {
      if (e.code() == ErrorCode.TIMEOUT || e.error().equals("unavailable")) {
        throw e; // whether it was made is unknown: it is looked up again
      }
      return new ScheduleInput.NotStarted(dispatch, e.getMessage(), e.code().retryable());
    }
  }

  private String manifest(ScheduleEffect.Start start, String manifest, String runId) {
    Definition definition = start.definition();
    ScheduleWork.Due due = start.due();
    Map<String, Object> body = null;
    if (definition.handsOver() && !(due.payload().isEmpty() && due.event().isEmpty())) {
      body = due.payload();
    }
    return ChildManifest.of(
        manifest,
        runId,
        dispatch(start),
        body,
        body == null ? List.of() : jobs.entrypoints(manifest));
  }

  private static Map<String, Object> dispatch(ScheduleEffect.Start start) {
    ScheduleWork.Due due = start.due();
    Map<String, Object> dispatch = new LinkedHashMap<>();
    dispatch.put("schedule_id", start.origin().scheduleId());
    if (start.definition().name() != null) {
      dispatch.put("schedule_name", start.definition().name());
    }
    dispatch.put("schedule_kind", start.definition().kind().word());
    dispatch.put("dispatch_id", due.dispatchId());
    dispatch.put("scheduled_for", DispatchNotes.time(due.at()));
    dispatch.put("reason", due.words() == null ? due.reason().word() : due.words());
    dispatch.put("payload", due.payload());
    if (!due.event().isEmpty()) {
      dispatch.put("event", due.event());
    }
    dispatch.put("lease", Map.of("lease_id", due.dispatchId()));
    return dispatch;
  }
}
