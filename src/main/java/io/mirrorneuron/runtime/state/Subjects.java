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
 * @param cancelReason in the words of the person who cancelled the job, or null
 */
public record Subjects(
    String submittedBy, String pausedBy, String cancelledBy, String cancelReason) {
  public static final String SUBMITTED_BY = "submitted_by";
  public static final String CANCELLED_BY = "cancelled_by";
  static final String PAUSED_BY = "paused_by";
  static final String CANCEL_REASON = "cancel_reason";

  /** For a new job. */
  public static Subjects of(String submittedBy) {
    return new Subjects(submittedBy, null, null, null);
  }

  public Subjects withPausedBy(String subject) {
    return new Subjects(submittedBy, subject, cancelledBy, cancelReason);
  }

  public Subjects withCancelledBy(String subject, String reason) {
    return new Subjects(submittedBy, null, subject, reason);
  }

  /** Replaces the subjects in a header or document. */
  public void writeTo(ObjectNode json) {
    json.remove(List.of(SUBMITTED_BY, PAUSED_BY, CANCELLED_BY, CANCEL_REASON));
    put(json, SUBMITTED_BY, submittedBy);
    put(json, PAUSED_BY, pausedBy);
    put(json, CANCELLED_BY, cancelledBy);
    put(json, CANCEL_REASON, cancelReason);
  }

  /** Reads the subjects of a header or document. */
  public static Subjects read(JsonNode json) {
    return new Subjects(
        json.path(SUBMITTED_BY).textValue(),
        json.path(PAUSED_BY).textValue(),
        json.path(CANCELLED_BY).textValue(),
        json.path(CANCEL_REASON).textValue());
  }

  /** The result of a cancelled job. */
  public ObjectNode cancellation() {
    String reason = cancelReason == null ? "cancelled by operator" : cancelReason;
    return put(Json.object().put("reason", reason), CANCELLED_BY, cancelledBy);
  }

  /** The members of the cancellation event. */
  public ObjectNode cancelEvent() {
    return put(put(Json.object(), CANCELLED_BY, cancelledBy), "reason", cancelReason);
  }

  /** Adds the member unless the subject is null. */
  public static ObjectNode put(ObjectNode members, String name, String subject) {
    return subject == null ? members : members.put(name, subject);
  }
}
