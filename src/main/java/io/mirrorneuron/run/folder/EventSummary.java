package io.mirrorneuron.run.folder;

/**
 * An event of a job as a line of the event log tells it. A line is either ours, or a copy: clients
 * of the original that follow a job write each event that they are sent beside ours, as it is in
 * the store, with {@code timestamp} and {@code seq} and without {@code event_id}. Both give the
 * same event, so that it is shown once.
 *
 * @param type of the event
 * @param time when it happened, as written
 */
public record EventSummary(EventId id, String type, String time) {

  /** The event that the record tells; null when it is of no job, but of a program. */
  public static EventSummary of(RunRecord record) {
    EventId id = record.eventId();
    EventId reported = id == null ? copied(record) : id;
    return reported == null ? null : new EventSummary(reported, record.type(), record.timeText());
  }

  /** Whether the record is a copy, if it is of a job at all. */
  public static boolean isCopy(RunRecord record) {
    return record.eventId() == null && copied(record) != null;
  }

  private static EventId copied(RunRecord record) {
    boolean isAsStored =
        record.text("event_id").isEmpty()
            && record.text("ts").isEmpty()
            && record.json().path("timestamp").isTextual()
            && record.json().path("seq").isNumber();
    return isAsStored ? EventId.of(record.text("job_id"), record.seq()) : null;
  }
}
