package io.mirrorneuron.port.schedule;

/**
 * How often a schedule did what.
 *
 * @param dispatched jobs that were made
 * @param missed times that passed while nobody could act on them
 * @param failed times at which no job could be made
 * @param blocked times at which an earlier job still ran
 * @param skipped times that passed while it was paused
 */
public record ScheduleCounters(
    long dispatched, long missed, long failed, long blocked, long skipped) {
  public static final ScheduleCounters NONE = new ScheduleCounters(0, 0, 0, 0, 0);

  public ScheduleCounters dispatchedOnce() {
    return new ScheduleCounters(dispatched + 1, missed, failed, blocked, skipped);
  }

  public ScheduleCounters missedMore(long times) {
    return new ScheduleCounters(dispatched, missed + times, failed, blocked, skipped);
  }

  public ScheduleCounters failedOnce() {
    return new ScheduleCounters(dispatched, missed, failed + 1, blocked, skipped);
  }

  public ScheduleCounters blockedOnce() {
    return new ScheduleCounters(dispatched, missed, failed, blocked + 1, skipped);
  }

  public ScheduleCounters skippedMore(long times) {
    return new ScheduleCounters(dispatched, missed, failed, blocked, skipped + times);
  }
}
