package io.mirrorneuron.port.schedule;

import java.util.List;
import java.util.Map;

/**
 * Schedules of a runtime. Blocking and thread-safe; failures are {@link
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

  /** A schedule that is gone. */
  record Deleted(String scheduleId, String status) {}

  /**
   * Makes a schedule; returns when it is durable.
   *
   * @throws io.mirrorneuron.model.MnException INVALID with all that is wrong with it; what a
   *     submission of its bundle would fail with
   */
  ScheduleView create(NewSchedule wanted);

  /**
   * Gives the schedule with a name this bundle, and these times; makes it when there is none. Its
   * id, history, counters and what it waits for stay. Two calls at the same time make one schedule.
   *
   * @param wanted without times of its own those of the manifest count, else those that it has;
   *     what it says of no missed times is made up for
   * @param reason why; null or empty for none
   * @throws io.mirrorneuron.model.MnException CONFLICT {@code ambiguous_name} when several active
   *     schedules have the name; else as {@link #create}
   */
  AppliedSchedule apply(String name, NewSchedule wanted, String reason);

  /**
   * Gives a schedule another bundle; its times stay.
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
   * Has its jobs made of an earlier version again; its times stay.
   *
   * @param version null for the one before
   * @throws io.mirrorneuron.model.MnException NOT_FOUND for one that is not kept, PRECONDITION when
   *     there is none before
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
   * Lets no time and no event make it due any more.
   *
   * @param until when it goes on by itself; null for never
   * @throws io.mirrorneuron.model.MnException PRECONDITION when it is completed
   */
  ScheduleView pause(String id, String reason, String until);

  ScheduleView resume(String id, String reason);

  /** Its jobs go on. */
  Deleted delete(String id, String reason);

  /**
   * When a schedule, or one that is not made yet, will be due; nothing is stored.
   *
   * @throws io.mirrorneuron.model.MnException what {@link #create} would throw of it
   */
  FiringPreview preview(PreviewQuery query);

  /**
   * Makes a job of it now, paused or not.
   *
   * @param key the same call with it makes one job; null when each call makes one
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
}
