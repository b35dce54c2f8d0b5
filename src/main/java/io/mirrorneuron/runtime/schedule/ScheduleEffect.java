package io.mirrorneuron.runtime.schedule;

import io.mirrorneuron.runtime.schedule.event.RuntimeEvent;
import java.util.List;

/** Effects of a schedule. */
sealed interface ScheduleEffect {
  /**
   * Finds out which of its jobs are open.
   *
   * @param asks whether to ask also which of them wait for a person
   */
  record Look(String dispatchId, List<String> jobs, boolean asks) implements ScheduleEffect {}

  /**
   * Finds out, ahead of a time, which of its jobs wait for a person, so that people can be warned.
   */
  record Foresee(long due, List<String> jobs) implements ScheduleEffect {}

  /**
   * Finds out which jobs of a backfill are open, and whether its next time has had its job.
   *
   * @param dispatchId of that time; null when there is none to look at
   * @param graphIds possible prefixes of its job's id
   */
  record Survey(List<String> jobs, String dispatchId, long at, List<String> graphIds)
      implements ScheduleEffect {}

  /**
   * Makes a job, whose id follows from the dispatch.
   *
   * @param definition of the schedule at that time
   */
  record Start(ScheduleWork.Due due, Definition definition, Origin origin)
      implements ScheduleEffect {}

  /**
   * Schedule, bundle and owner of a job.
   *
   * @param bundle fingerprint of payload files, or null
   * @param fingerprint of the manifest; null when the bundle was never changed: the manifest is
   *     beside the schedule then
   */
  record Origin(String scheduleId, String bundle, String graphId, String by, String fingerprint) {}

  /** Publishes an event. */
  record Tell(RuntimeEvent news) implements ScheduleEffect {}

  /** Cancels a job whose window has ended. */
  record Close(String jobId) implements ScheduleEffect {}
}
