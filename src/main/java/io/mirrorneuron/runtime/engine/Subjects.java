package io.mirrorneuron.runtime.engine;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.wire.Json;
import java.util.List;

/**
 * Who had a job made, paused and cancelled: names that tokens vouched for, null where none did.
 *
 * @param pausedBy of the present pause
 */
record Subjects(String submittedBy, String pausedBy, String cancelledBy) {
  static final String SUBMITTED_BY = "submitted_by";
  static final String CANCELLED_BY = "cancelled_by";
  private static final String PAUSED_BY = "paused_by";

  /** Of a job that has just been made. */
  static Subjects of(String submittedBy) {
    return new Subjects(submittedBy, null, null);
  }

  Subjects withPausedBy(String subject) {
    return new Subjects(submittedBy, subject, cancelledBy);
  }

  Subjects withCancelledBy(String subject) {
    return new Subjects(submittedBy, pausedBy, subject);
  }

  /** Takes the place of those that the stored header names. */
  void writeTo(ObjectNode header) {
    header.remove(List.of(SUBMITTED_BY, PAUSED_BY, CANCELLED_BY));
    put(header, SUBMITTED_BY, submittedBy);
    put(header, PAUSED_BY, pausedBy);
    put(header, CANCELLED_BY, cancelledBy);
  }

  /**
   * @param header or a row of the job
   */
  static Subjects read(JsonNode header) {
    return new Subjects(
        header.path(SUBMITTED_BY).textValue(),
        header.path(PAUSED_BY).textValue(),
        header.path(CANCELLED_BY).textValue());
  }

  /** What documents tell: who submitted the job, and who cancelled it. */
  ObjectNode tell(ObjectNode document) {
    put(document, SUBMITTED_BY, submittedBy);
    return put(document, CANCELLED_BY, cancelledBy);
  }

  /** The result of a job that was cancelled. */
  ObjectNode cancellation() {
    ObjectNode result = Json.object().put("reason", "cancelled by operator");
    return put(result, CANCELLED_BY, cancelledBy);
  }

  /** Adds the member when somebody is known. */
  static ObjectNode put(ObjectNode members, String name, String subject) {
    return subject == null ? members : members.put(name, subject);
  }
}
