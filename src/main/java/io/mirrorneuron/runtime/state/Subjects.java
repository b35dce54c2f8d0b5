package io.mirrorneuron.runtime.state;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.wire.Json;
import java.util.List;

/**
 * Subjects of the tokens with which a job was submitted, paused and cancelled; null without a
 * token.
 *
 * @param pausedBy of the present pause
 */
public record Subjects(String submittedBy, String pausedBy, String cancelledBy) {
  public static final String SUBMITTED_BY = "submitted_by";
  public static final String CANCELLED_BY = "cancelled_by";
  static final String PAUSED_BY = "paused_by";

  /** Of a job that has just been made. */
  public static Subjects of(String submittedBy) {
    return new Subjects(submittedBy, null, null);
  }

  public Subjects withPausedBy(String subject) {
    return new Subjects(submittedBy, subject, cancelledBy);
  }

  public Subjects withCancelledBy(String subject) {
    return new Subjects(submittedBy, null, subject);
  }

  /** Replaces the subjects that a header or a document names. */
  public void writeTo(ObjectNode json) {
    json.remove(List.of(SUBMITTED_BY, PAUSED_BY, CANCELLED_BY));
    put(json, SUBMITTED_BY, submittedBy);
    put(json, PAUSED_BY, pausedBy);
    put(json, CANCELLED_BY, cancelledBy);
  }

  /** The subjects that a header or a document names. */
  public static Subjects read(JsonNode json) {
    return new Subjects(
        json.path(SUBMITTED_BY).textValue(),
        json.path(PAUSED_BY).textValue(),
        json.path(CANCELLED_BY).textValue());
  }

  /** The result of a job that was cancelled. */
  public ObjectNode cancellation() {
    ObjectNode result = Json.object().put("reason", "cancelled by operator");
    return put(result, CANCELLED_BY, cancelledBy);
  }

  /** Adds the member unless the subject is null. */
  public static ObjectNode put(ObjectNode members, String name, String subject) {
    return subject == null ? members : members.put(name, subject);
  }
}
