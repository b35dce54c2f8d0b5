package io.mirrorneuron.area.jobs.view;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.wire.ErrorEnvelope;
import io.mirrorneuron.wire.Json;
import io.mirrorneuron.wire.LenientJson;
import io.mirrorneuron.wire.Timestamps;
import java.util.List;

/**
 * Builds error objects {@code mn.error.v1} from reported errors of any form; types are those
 * declared.
 */
public final class Errors {
  private static final int MAX_WORD = 128;
  private static final List<String> TELLING =
      List.of("retry_exhausted", "scheduler_failure", "error_recorded");

  private Errors() {}

  /**
   * Where an error was reported, for members that it lacks.
   *
   * @param code of an error without one
   * @param at milliseconds since the epoch, or 0
   * @param seq of the event; the same event gives the same id
   */
  public record Origin(String code, long at, long seq, String stepId, String agentId) {}

  /**
   * The failure that an event reports: its error, else its reason when its type means a failure.
   *
   * @return null when it reports none
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
   * @param reported an error object, or a text; or null
   * @return null when it is neither
   */
  public static ObjectNode of(JsonNode reported, Origin origin) {
    if (reported != null && reported.isTextual() && !reported.asText().isBlank()) {
      return made(ErrorFields.of(reported.asText()), origin);
    }
    return reported instanceof ObjectNode object && !object.isEmpty()
        ? made(LenientJson.read(object, ErrorFields.class), origin)
        : null;
  }

  /** A reported error; members on one line are names of the same thing. */
  private record ErrorFields(
      String message,
      String reason,
      String desc,
      String code,
      String errorCode,
      String severity,
      String occurredAt,
      String eventId,
      String traceId,
      String spanId,
      String remediation,
      JsonNode details,
      List<Link> links) {

    static ErrorFields of(String message) {
      return new ErrorFields(
          message, null, null, null, null, null, null, null, null, null, null, null, List.of());
    }
  }

  private record Link(String rel, String artifactId) {}

  private static ObjectNode made(ErrorFields reported, Origin origin) {
    String message = Texts.first(reported.message, reported.reason, reported.desc);
    ObjectNode error = Json.object().put("schema_version", "mn.error.v1");
    String code = Texts.first(reported.code, reported.errorCode, origin.code());
    error.put("code", code);
    error.put("desc", ErrorEnvelope.desc(Texts.first(reported.desc, message, code)));
    error.set("details", details(reported, message, origin));
    put(error, "severity", reported.severity, "ERROR");
    long at = reported.occurredAt == null ? 0 : Timestamps.millis(reported.occurredAt);
    at = at == 0 ? origin.at() : at;
    if (at != 0) {
      error.put("occurred_at", Timestamps.text(at));
    }
    put(error, "event_id", reported.eventId, "evt_" + origin.seq());
    error.put("trace_id", reported.traceId).put("span_id", reported.spanId);
    put(error, "remediation", reported.remediation, "");
    error.set("links", links(reported.links));
    return ErrorEnvelope.bounded(error);
  }

  private static ObjectNode details(ErrorFields reported, String message, Origin origin) {
    if (reported.details instanceof ObjectNode details) {
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

  private static ArrayNode links(List<Link> reported) {
    ArrayNode links = Json.MAPPER.createArrayNode();
    for (Link link : reported) {
      if (link.rel != null && link.artifactId != null) {
        links.addObject().put("rel", link.rel).put("artifact_id", link.artifactId);
      }
    }
    if (links.isEmpty()) {
      for (String rel : List.of("errors", "events", "logs")) {
        links.addObject().put("rel", rel).put("artifact_id", rel + "_jsonl");
      }
    }
    return links;
  }

  /** {@code {code, desc, severity}}, for a line of a list. */
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
