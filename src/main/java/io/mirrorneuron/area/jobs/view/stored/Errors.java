package io.mirrorneuron.area.jobs.view.stored;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.wire.ErrorEnvelope;
import io.mirrorneuron.wire.Json;
import io.mirrorneuron.wire.Timestamps;
import java.util.List;

/**
 * Error objects {@code mn.error.v1} of whatever calls itself an error; types are those declared.
 */
public final class Errors {
  private static final int MAX_WORD = 128;
  private static final List<String> TELLING =
      List.of("retry_exhausted", "scheduler_failure", "error_recorded");

  private Errors() {}

  /**
   * Where an error was told, for what it does not say itself.
   *
   * @param code of an error without one
   * @param at milliseconds since the epoch, or 0
   * @param seq of the event; the same event gives the same id
   */
  public record Origin(String code, long at, long seq, String stepId, String agentId) {}

  /**
   * What an event says of a failure: its error, else its reason when its type speaks of one.
   *
   * @return null when it says nothing
   */
  public static ObjectNode of(JobEvent event) {
    Origin origin =
        new Origin("runtime.failure", event.at(), event.seq(), event.stepId(), event.agentId());
    ObjectNode error = of(event.json().path("error"), origin);
    if (error == null) {
      error = of(event.payload().path("error"), origin);
    }
    String type = event.type();
    boolean telling =
        type.endsWith("_failed") || type.endsWith("_timed_out") || TELLING.contains(type);
    return error != null || !telling
        ? error
        : of(event.any("reason", "status_reason", "message", "status"), origin);
  }

  /**
   * @param told an error object, or a text
   * @return null when it is neither
   */
  public static ObjectNode of(JsonNode told, Origin origin) {
    if (told.isTextual() && !told.asText().isBlank()) {
      return made(Json.object().put("message", told.asText()), origin);
    }
    return told instanceof ObjectNode object && !object.isEmpty() ? made(object, origin) : null;
  }

  private static ObjectNode made(ObjectNode told, Origin origin) {
    String message = Texts.of(told, "message", "reason", "desc");
    ObjectNode error = Json.object().put("schema_version", "mn.error.v1");
    String code = Texts.of(told, "code", "error_code");
    error.put("code", code == null ? origin.code() : code);
    String desc = Texts.of(told, "desc");
    error.put(
        "desc",
        ErrorEnvelope.desc(
            desc != null ? desc : message != null ? message : error.path("code").asText()));
    error.set("details", details(told, message, origin));
    put(error, "severity", Texts.of(told, "severity"), "ERROR");
    long at =
        told.path("occurred_at").isTextual()
            ? Timestamps.millis(told.get("occurred_at").asText())
            : 0;
    error.put("occurred_at", Timestamps.text(at == 0 ? origin.at() : at));
    put(error, "event_id", Texts.of(told, "event_id"), "evt_" + origin.seq());
    for (String name : List.of("trace_id", "span_id")) {
      error.put(name, Texts.of(told, name));
    }
    put(error, "remediation", Texts.of(told, "remediation"), "");
    error.set("links", links(told.path("links")));
    if (error.path("occurred_at").isNull()) {
      error.remove("occurred_at");
    }
    return ErrorEnvelope.bounded(error);
  }

  private static ObjectNode details(ObjectNode told, String message, Origin origin) {
    if (told.get("details") instanceof ObjectNode details) {
      return details;
    }
    ObjectNode details = Json.object();
    details.put("message", message == null ? "" : message).put("category", "runtime");
    details.put("retryable", false);
    if (origin.stepId() != null) {
      details.put("step_id", origin.stepId());
    }
    if (origin.agentId() != null) {
      details.put("agent_id", origin.agentId());
    }
    return details;
  }

  private static ArrayNode links(JsonNode told) {
    ArrayNode links = Json.MAPPER.createArrayNode();
    for (JsonNode link : told) {
      if (link.path("rel").isTextual() && link.path("artifact_id").isTextual()) {
        links
            .addObject()
            .put("rel", link.get("rel").asText())
            .put("artifact_id", link.get("artifact_id").asText());
      }
    }
    if (links.isEmpty()) {
      for (String rel : List.of("errors", "events", "logs")) {
        links.addObject().put("rel", rel).put("artifact_id", rel + "_jsonl");
      }
    }
    return links;
  }

  /** {@code {code, desc, severity}}: all that a line of a list has room for. */
  public static ObjectNode brief(ObjectNode error) {
    ObjectNode brief = Json.object();
    for (String name : List.of("code", "desc", "severity")) {
      brief.set(name, error.get(name));
    }
    return brief;
  }

  private static void put(ObjectNode error, String name, String value, String otherwise) {
    String shown = value == null ? otherwise : value;
    error.put(name, shown.substring(0, Math.min(MAX_WORD * 8, shown.length())));
  }
}
