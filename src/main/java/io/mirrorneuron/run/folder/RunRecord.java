package io.mirrorneuron.run.folder;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.wire.Json;
import java.io.IOException;
import java.time.Instant;

/**
 * A record of a line log. Programs in any language write these lines, so no member is required: an
 * absent text is empty, and other members are only in {@link #json}. Members are read on demand.
 */
public record RunRecord(ObjectNode json) {

  /** Returns null when the line is no JSON object. */
  public static RunRecord parse(byte[] line) {
    try {
      return Json.MAPPER.readTree(line) instanceof ObjectNode object ? new RunRecord(object) : null;
    } catch (IOException e) {
      return null;
    }
  }

  /** Returns null when the line is no JSON object. */
  public static RunRecord parse(String line) {
    try {
      return Json.parse(line) instanceof ObjectNode object ? new RunRecord(object) : null;
    } catch (JsonProcessingException e) {
      return null;
    }
  }

  /** Null when the record has no valid time. */
  public Instant time() {
    return Records.time(json);
  }

  /** The time as written. */
  public String timeText() {
    return Records.timeText(json);
  }

  /** The member of this name, if it is a text, a number or a boolean; else empty. */
  public String text(String member) {
    return json.path(member).asText("");
  }

  public String type() {
    return typeOr("");
  }

  public String typeOr(String otherwise) {
    return json.path("type").asText(otherwise);
  }

  /** The number that the event has in its job; 0 when this is no copy of a job's event. */
  public long seq() {
    return json.path("seq").asLong();
  }

  /** The job event that this record is a copy of, or null. */
  public EventId eventId() {
    return EventId.parse(json.path("event_id").asText(""), json.path("job_id").asText(""));
  }

  /** The log that the record itself names. */
  public String channel() {
    return json.path("channel").asText("");
  }

  public String spanId() {
    return json.path("span_id").asText("");
  }

  public String traceId() {
    return json.path("trace_id").asText("");
  }

  /** Null unless it is a text. */
  public String blueprintId() {
    return json.path("blueprint_id").textValue();
  }

  /** A missing node when there is none. */
  public JsonNode payload() {
    return json.path("payload");
  }
}
