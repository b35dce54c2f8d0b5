package io.mirrorneuron.port.schedule;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.mirrorneuron.port.Submission;
import io.mirrorneuron.port.schedule.ScheduleView.DispatchRecord;
import io.mirrorneuron.port.schedule.ScheduleView.ScheduleVersions;
import io.mirrorneuron.port.schedule.SchedulesPort.FiringPreview.FiringTime;
import io.mirrorneuron.port.schedule.TriggerEvents.TriggerEvent;
import java.util.List;
import java.util.Map;

/**
 * Schedules of a runtime. Blocking. Thread-safe. Failures are {@link
 * io.mirrorneuron.model.MnException}, NOT_FOUND for an unknown schedule.
 */
public interface SchedulesPort {
  /**
   * Which schedules are listed; null is any.
   *
   * @param after the last id of the page before; null for the first page
   * @param limit 0 or less means 1,000, which is the most
   */
  record Query(String kind, String status, Boolean enabled, String after, int limit) {
    public static final List<String> KINDS =
        List.of("periodic", "delayed", "event", "resource_wait");
    public static final List<String> STATUSES = List.of("active", "paused", "completed");
    public static final Query ALL = new Query(null, null, null, null, 0);
  }

  /**
   * Schedules, oldest first.
   *
   * @param next where the next page begins; null when there is none
   */
  record Page(List<ScheduleView> data, String next) {
    public Page {
      data = List.copyOf(data);
    }
  }

  record Deleted(String scheduleId, String status) {}

  /**
   * Makes a schedule; returns when it is durable.
   *
   * @throws io.mirrorneuron.model.MnException INVALID with all that is wrong with it; what a
   *     submission of its bundle would fail with
   */
  ScheduleView create(NewSchedule wanted);

  /**
   * Gives the schedule with this name the bundle and times, or creates it. Its id, history,
   * counters and pending waits stay. Two calls at the same time make one schedule.
   *
   * @param wanted without times of its own, those of the manifest apply, else the present ones; a
   *     missing policy for missed times means one catch-up job
   * @param reason null or empty for none
   * @throws io.mirrorneuron.model.MnException CONFLICT {@code ambiguous_name} when several active
   *     schedules have the name; else as {@link #create}
   */
  AppliedSchedule apply(String name, NewSchedule wanted, String reason);

  /**
   * Replaces the bundle of a schedule; its times stay.
   *
   * @param wanted without times
   */
  AppliedSchedule replaceBundle(String id, NewSchedule wanted, String reason);

  /**
   * The versions of its bundle, newest first.
   *
   * @param version the only one wanted, with its manifest; null for all, without
   */
  ScheduleVersions versions(String id, Integer version);

  /**
   * Makes its jobs from an earlier version again; its times stay.
   *
   * @param version null for the previous version
   * @throws io.mirrorneuron.model.MnException NOT_FOUND for a version that is not kept,
   *     PRECONDITION without a previous version
   */
  ScheduleView rollBack(String id, Integer version, String reason);

  Page list(Query query);

  ScheduleView get(String id);

  /**
   * Changes some members.
   *
   * @param changes null removes a member
   */
  ScheduleView update(String id, Map<String, Object> changes, String reason);

  /**
   * Suspends its times and events.
   *
   * @param until when it resumes by itself; null for never
   * @throws io.mirrorneuron.model.MnException PRECONDITION when it is completed
   */
  ScheduleView pause(String id, String reason, String until);

  ScheduleView resume(String id, String reason);

  /** Its jobs go on. */
  Deleted delete(String id, String reason);

  /**
   * Computes the next times of a stored or proposed schedule; nothing is stored.
   *
   * @throws io.mirrorneuron.model.MnException as {@link #create}
   */
  FiringPreview preview(PreviewQuery query);

  /**
   * Makes a job now, even if paused.
   *
   * @param key idempotency key; null when each call makes a job
   */
  DispatchReport dispatch(String id, Map<String, Object> payload, String reason, String key);

  /**
   * Makes jobs for the times that a schedule has in a past range, oldest first, paused or not;
   * times that have had their job get no other. Goes on by itself; {@link #get} tells how far it
   * is. Asked again for the range that runs, it is the same one.
   *
   * @param wanted {@code from}, {@code to}, {@code concurrency} (1) and {@code dry_run}, which
   *     makes nothing and lists the first times
   * @throws io.mirrorneuron.model.MnException INVALID with all that is wrong; PRECONDITION while
   *     another range runs
   */
  BackfillReport backfill(String id, Map<String, Object> wanted);

  /**
   * Makes no more jobs for a past range; those that are open go on.
   *
   * @throws io.mirrorneuron.model.MnException PRECONDITION when no backfill runs
   */
  ScheduleView cancelBackfill(String id);

  /**
   * A schedule to be made.
   *
   * @param bundle of its jobs
   * @param schedule as its author wrote it; empty for what the manifest says
   * @param source where it comes from, as its maker says
   */
  public record NewSchedule(
      Submission bundle, Map<String, Object> schedule, Map<String, Object> source) {}

  /**
   * Result of applying a bundle to a schedule.
   *
   * @param outcome {@code created}, {@code replaced} or {@code unchanged}
   * @param schedule after the change
   * @param next the next few times; empty for a schedule without times
   */
  public record AppliedSchedule(String outcome, ScheduleView schedule, List<FiringTime> next) {
    public AppliedSchedule {
      next = next == null ? List.of() : List.copyOf(next);
    }
  }

  /**
   * Result of a backfill, or of its dry run.
   *
   * @param total times of the range
   * @param data the first of them, earliest first; null unless it was a dry run
   * @param backfill in its initial state; null for a dry run
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record BackfillReport(
      String scheduleId,
      boolean dryRun,
      String timezone,
      String from,
      String to,
      int concurrency,
      long total,
      List<BackfillTime> data,
      BackfillView backfill) {

    /**
     * One time.
     *
     * @param at in UTC
     * @param local the same by the clock of the zone, as it was asked for
     * @param clockChange as {@link FiringPreview.FiringTime} has it
     * @param hadJob whether it has had its job, and gets no other
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record BackfillTime(String at, String local, String clockChange, boolean hadJob) {}
  }

  /**
   * Progress of a backfill: jobs for the times of a past range. Times are ISO texts.
   *
   * @param from inclusive start of the range
   * @param to exclusive end of the range
   * @param concurrency maximum number of its open jobs
   * @param status {@code running}, {@code completed} or {@code cancelled}
   * @param total times of the range
   * @param made times that got a job
   * @param skipped times that already had a job
   * @param failed times that got none
   * @param nextAt the next time to process; null for none
   * @param openJobIds its open jobs, as of the last check
   * @param endedAt null while it runs
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record BackfillView(
      String from,
      String to,
      int concurrency,
      String status,
      long total,
      long made,
      long skipped,
      long failed,
      String nextAt,
      List<String> openJobIds,
      String startedAt,
      String endedAt) {}

  /**
   * Result of dispatching schedules.
   *
   * @param checked number of examined schedules
   * @param scheduleId of a single dispatch; null for an event
   * @param jobId of the single job made
   * @param status of that dispatch
   * @param dispatch the same in full; null for an event
   * @param dispatches of an event, a few of them; null for one schedule
   * @param event that caused it; null without an event
   * @param eventId the same
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record DispatchReport(
      int checked,
      int dispatched,
      int skipped,
      int failed,
      int missed,
      int blocked,
      String scheduleId,
      String jobId,
      String status,
      DispatchRecord dispatch,
      List<DispatchRecord> dispatches,
      TriggerEvent event,
      String eventId) {}

  /**
   * The next times of a schedule.
   *
   * @param scheduleId null for a proposed schedule
   * @param from exclusive start
   * @param data earliest first
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record FiringPreview(
      String scheduleId, String kind, String timezone, String from, List<FiringTime> data) {
    public FiringPreview {
      data = List.copyOf(data);
    }

    /**
     * One time.
     *
     * @param at in UTC
     * @param local the same by the clock of the zone, as it was asked for
     * @param clockChange {@code moved}: the local time is left out that day; {@code first_pass} or
     *     {@code second_pass}: it is there twice; null for other times
     * @param alsoDue other schedules that are due then, a few of them
     */
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    public record FiringTime(String at, String local, String clockChange, List<String> alsoDue) {}
  }

  /**
   * Which times are asked for.
   *
   * @param scheduleId of one that is there; null for {@code schedule}
   * @param schedule as its author wrote it
   * @param count how many; 0 or less means 10, and 100 is the most
   * @param from later than this ISO time; null for now
   */
  public record PreviewQuery(
      String scheduleId, Map<String, Object> schedule, int count, String from) {}
}
