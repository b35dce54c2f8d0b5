package io.mirrorneuron.port.schedule;

/**
 * What an event has set off.
 *
 * @param checked schedules that wait for events of its type
 * @param dispatched jobs that were made
 * @param skipped schedules that had their job for this event already
 * @param failed jobs that could not be made
 * @param missed always 0: an event cannot be missed
 * @param blocked schedules of which an earlier job still runs
 * @param scheduleId one that made a job; null when none did
 * @param jobId the job that it made
 * @param acting whether schedules still act on it, and all this is what has come of it so far
 */
public record EventOutcome(
    long checked,
    long dispatched,
    long skipped,
    long failed,
    long missed,
    long blocked,
    String scheduleId,
    String jobId,
    boolean acting) {
  public static final EventOutcome NOTHING = new EventOutcome(0, 0, 0, 0, 0, 0, null, null, false);

  /** The same, with more to come. */
  public EventOutcome andMore() {
    return new EventOutcome(
        checked, dispatched, skipped, failed, missed, blocked, scheduleId, jobId, true);
  }
}
