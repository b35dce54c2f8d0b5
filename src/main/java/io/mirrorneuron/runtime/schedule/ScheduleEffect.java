package io.mirrorneuron.runtime.schedule;

import io.mirrorneuron.runtime.schedule.event.RuntimeEvent;
import java.util.List;

/** What a schedule may want done. */
sealed interface ScheduleEffect {
  /**
   * To know which of its jobs are still open.
   *
   * @param asks whether also which of those wait for a person
   */
  record Look(String dispatchId, List<String> jobs, boolean asks) implements ScheduleEffect {}

  /** To know ahead of a time which of its jobs wait for a person, so that somebody is told. */
  record Foresee(long due, List<String> jobs) implements ScheduleEffect {}

  /**
   * To know which jobs of a backfill are still open, and whether its next time has had its job.
   *
   * @param dispatchId of that time; null when there is none to look at
   * @param graphIds what its job is called after, or may be
   */
  record Survey(List<String> jobs, String dispatchId, long at, List<String> graphIds)
      implements ScheduleEffect {}

  /**
   * A job, whose id follows from the dispatch.
   *
   * @param definition that the schedule has by then
   */
  record Start(ScheduleWork.Due due, Definition definition, Origin origin)
      implements ScheduleEffect {}

  /**
   * Of whom it is.
   *
   * @param bundle fingerprint of payload files, or null
   * @param fingerprint of the manifest; null for the one beside a schedule that never had another
   */
  record Origin(String scheduleId, String bundle, String graphId, String by, String fingerprint) {}

  /** That others hear of it. */
  record Tell(RuntimeEvent news) implements ScheduleEffect {}

  /** A job cancelled whose window has ended. */
  record Close(String jobId) implements ScheduleEffect {}
}
