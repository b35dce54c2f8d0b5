package io.mirrorneuron.runtime.engine;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.wire.Json;

/**
 * Why something failed, written as {@code mn.error.v1}.
 *
 * @param code dotted code, for example {@code workflow.stalled}
 * @param category runtime, timeout, scheduler, validation or cancelled
 * @param message the whole story; its first 160 characters are the description
 * @param remediation what the user can do about it
 */
record Failure(
    String code,
    String category,
    String message,
    boolean retryable,
    String agentId,
    Integer attempt,
    Integer maxAttempts,
    String remediation,
    String stepId) {

  Failure(
      String code,
      String category,
      String message,
      boolean retryable,
      String agentId,
      Integer attempt,
      Integer maxAttempts,
      String remediation) {
    this(code, category, message, retryable, agentId, attempt, maxAttempts, remediation, null);
  }

  Failure withMessage(String text) {
    return new Failure(
        code, category, text, retryable, agentId, attempt, maxAttempts, remediation, stepId);
  }

  private static final int DESC = 160;
  private static final int MESSAGE = 2048;

  static Failure stalled(String message, String remediation) {
    return new Failure(
        "workflow.stalled", "runtime", message, false, null, null, null, remediation);
  }

  static Failure internal(String message) {
    return new Failure(
        "runtime.failure",
        "runtime",
        message,
        false,
        null,
        null,
        null,
        "This is a fault of the runtime; its log has the details. Please report it.");
  }

  /** One sentence, as shown in {@code reason} and {@code status_reason}. */
  String desc() {
    return cut(message.lines().findFirst().orElse(message), DESC);
  }

  /**
   * @param eventId stable for this failure, so that the same failure is told with the same id
   */
  ObjectNode toJson(String occurredAt, String eventId) {
    ObjectNode json = Json.object();
    json.put("schema_version", "mn.error.v1").put("code", code).put("desc", desc());
    ObjectNode details = json.putObject("details");
    details.put("message", cut(message, MESSAGE)).put("category", category);
    details.put("retryable", retryable).put("reason_type", code);
    if (agentId != null) {
      details.put("agent_id", agentId);
    }
    if (stepId != null) {
      details.put("step_id", stepId);
    }
    if (attempt != null) {
      details.put("attempt", attempt);
    }
    if (maxAttempts != null) {
      details.put("max_attempts", maxAttempts);
    }
    json.put("severity", "ERROR").put("occurred_at", occurredAt).put("event_id", eventId);
    json.put("remediation", remediation);
    var links = json.putArray("links");
    for (String rel : new String[] {"errors", "events", "logs"}) {
      links.addObject().put("rel", rel).put("artifact_id", rel + "_jsonl");
    }
    return json;
  }

  private static String cut(String text, int length) {
    return text.length() <= length ? text : text.substring(0, length - 1) + "…";
  }
}
