package io.mirrorneuron.port;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.databind.JsonNode;

/**
 * A job at a glance, read from its row or from the {@code job} member of its detail. What a runtime
 * does not tell is null.
 *
 * @param submittedBy subject of the token, as is {@code cancelledBy}
 * @param endedAt not told by rows
 * @param lastEvent its type
 * @param recoveryReason why a person has to look at the job
 */
public record JobBrief(
    String jobId,
    String graphId,
    String status,
    String submittedAt,
    String submittedBy,
    String endedAt,
    String cancelledBy,
    String lastEvent,
    String recoveryReason) {

  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  public static JobBrief of(JsonNode row) {
    return new JobBrief(
        word(row, "job_id"),
        word(row, "graph_id"),
        word(row, "status"),
        word(row, "submitted_at"),
        word(row, "submitted_by"),
        word(row, "ended_at"),
        word(row, "cancelled_by"),
        word(row, "last_event"),
        word(row, "recovery_reason"));
  }

  /** The value as text, or null for null, for what is no value and for what is not there. */
  static String word(JsonNode object, String name) {
    JsonNode value = object.path(name);
    return value.isValueNode() ? value.asText(null) : null;
  }
}
