package io.mirrorneuron.run.folder;

/**
 * The identity of a job's event in a line of the event log. The line is the runtime's, or a copy:
 * clients of the original that follow a job append each event that they receive, in the store's
 * form, with {@code timestamp} and {@code seq} and without {@code event_id}. Both forms give the
 * same summary, so the event is shown once.
 *
 * @param time when it happened, as written
 */
public record EventSummary(EventId id, String type, String time) {

  /** Null when the record is a program's, of no job. */
  public static EventSummary of(RunRecord record) {
    EventId id = record.eventId();
    EventId reported = id == null ? copied(record) : id;
    return reported == null ? null : new EventSummary(reported, record.type(), record.timeText());
  }

  /** Whether the record is a copy, provided that it is of a job. */
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
