package io.mirrorneuron.runtime.decide;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.wire.ErrorEnvelope;
import io.mirrorneuron.wire.Json;

/**
 * Why something failed, written as {@code mn.error.v1}. Made by {@link #of} and the {@code with…}
 * methods, which return copies.
 *
 * @param code dotted code, for example {@code workflow.stalled}
 * @param category runtime, timeout, scheduler, validation or cancelled
 * @param message the full text; its first line is the description
 * @param remediation advice for the user, or null
 * @param place where it failed; its members may be null
 * @param attempt number of the failed attempt, or null
 * @param maxAttempts or null
 * @param stderrTail the last lines that its program printed on stderr; may be empty
 */
record Failure(
    String code,
    String category,
    String message,
    boolean retryable,
    String remediation,
    Place place,
    Integer attempt,
    Integer maxAttempts,
    String stderrTail) {

  /**
   * @param component the part of the runtime that noticed
   */
  record Place(String component, String node, String agentId, String stepId) {
    static final Place UNKNOWN = new Place(null, null, null, null);
  }

  static Failure of(String code, String category, String message) {
    return new Failure(code, category, message, false, null, Place.UNKNOWN, null, null, "");
  }

  /**
   * A message whose first line is {@code who: what}. If the description has room for the cause
   * only, {@code who} gets a line of its own.
   *
   * @param what may have several lines
   */
  static String reported(String who, String what) {
    String whole = who + ": " + what;
    return isCut(whole) && !isCut(what) ? what + "\n" + who : whole;
  }

  private static boolean isCut(String text) {
    return !ErrorEnvelope.desc(text).equals(text.lines().findFirst().orElse(""));
  }

  static Failure stalled(String message, String remediation) {
    return of("workflow.stalled", "runtime", message).withRemediation(remediation);
  }

  static Failure internal(String message) {
    return of("runtime.failure", "runtime", message)
        .withRemediation(
            "This is a fault of the runtime; its log has the details. Please report it.");
  }

  Failure withMessage(String text) {
    return new Failure(
        code, category, text, retryable, remediation, place, attempt, maxAttempts, stderrTail);
  }

  Failure withRemediation(String text) {
    return new Failure(
        code, category, message, retryable, text, place, attempt, maxAttempts, stderrTail);
  }

  Failure withRetryable(boolean may) {
    return new Failure(
        code, category, message, may, remediation, place, attempt, maxAttempts, stderrTail);
  }

  Failure withAttempt(int number, int max) {
    return new Failure(
        code, category, message, retryable, remediation, place, number, max, stderrTail);
  }

  Failure withStderrTail(String lines) {
    return new Failure(
        code, category, message, retryable, remediation, place, attempt, maxAttempts, lines);
  }

  Failure withComponent(String name) {
    return at(new Place(name, place.node, place.agentId, place.stepId));
  }

  Failure withNode(String name) {
    return at(new Place(place.component, name, place.agentId, place.stepId));
  }

  Failure withAgent(String id) {
    return at(new Place(place.component, place.node, id, place.stepId));
  }

  Failure withStep(String id) {
    return at(new Place(place.component, place.node, place.agentId, id));
  }

  private Failure at(Place where) {
    return new Failure(
        code, category, message, retryable, remediation, where, attempt, maxAttempts, stderrTail);
  }

  /** The agent that failed, or null. */
  String agentId() {
    return place.agentId;
  }

  /** The step that failed, or null. */
  String stepId() {
    return place.stepId;
  }

  /** One sentence, as shown in {@code reason} and {@code status_reason}. */
  String desc() {
    return ErrorEnvelope.desc(message);
  }

  /**
   * Ids of a failure report; the same whenever the same failure is reported again.
   *
   * @param event {@code evt_…}
   * @param trace {@code trc_…}, of the run
   * @param span {@code spn_…}, of the failed part
   */
  record Ids(String event, String trace, String span) {}

  /** Within the limits of {@link ErrorEnvelope}; unknown members are left out. */
  ObjectNode toJson(String occurredAt, Ids ids) {
    ObjectNode json = Json.object().put("schema_version", "mn.error.v1").put("code", code);
    json.put("desc", desc());
    ObjectNode details = json.putObject("details").put("message", message);
    details.put("category", category).put("retryable", retryable).put("reason_type", code);
    put(details, "component", place.component);
    put(details, "node", place.node);
    put(details, "agent_id", place.agentId);
    put(details, "step_id", place.stepId);
    put(details, "stderr_tail", stderrTail.isEmpty() ? null : stderrTail);
    if (attempt != null) {
      details.put("attempt", attempt).put("max_attempts", maxAttempts);
    }
    json.put("severity", "ERROR").put("occurred_at", occurredAt);
    json.put("event_id", ids.event).put("trace_id", ids.trace).put("span_id", ids.span);
    put(json, "remediation", remediation);
    var links = json.putArray("links");
    for (String rel : new String[] {"errors", "events", "logs"}) {
      links.addObject().put("rel", rel).put("artifact_id", rel + "_jsonl");
    }
    return ErrorEnvelope.bounded(json);
  }

  private static void put(ObjectNode json, String name, String value) {
    if (value != null) {
      json.put(name, value);
    }
  }
}
