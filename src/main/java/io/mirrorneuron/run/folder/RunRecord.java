package io.mirrorneuron.run.folder;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.wire.Json;
import java.io.IOException;
import java.time.Instant;

/**
 * A record of a line log. Programs in any language write these lines, so nothing is required of
 * one: a text that a record does not have is empty, and members that have no method here stay in
 * {@link #json}. Members are read when they are asked for.
 *
 * @param json as it was written
 */
public record RunRecord(ObjectNode json) {

  /**
   * The record in a line.
   *
   * @return null when the line is no JSON object
   */
  public static RunRecord parse(byte[] line) {
    try {
      return Json.MAPPER.readTree(line) instanceof ObjectNode object ? new RunRecord(object) : null;
    } catch (IOException e) {
      return null;
    }
  }

  /** The same from the text of a line. */
  public static RunRecord parse(String line) {
    try {
      return Json.parse(line) instanceof ObjectNode object ? new RunRecord(object) : null;
    } catch (JsonProcessingException e) {
      return null;
    }
  }

  /** When it was written; null when it does not say. */
  public Instant time() {
    return Records.time(json);
  }

  /** The time as it was written. */
  public String timeText() {
    return Records.timeText(json);
  }

  /** The member of this name, if it is a text, a number or a truth value; else empty. */
  public String text(String member) {
    return json.path(member).asText("");
  }

  public String type() {
    return typeOr("");
  }

  /** Its type, or the given word when it has none. */
  public String typeOr(String otherwise) {
    return json.path("type").asText(otherwise);
  }

  /** Of a copy of an event of a job: the event's number in that job; else 0. */
  public long seq() {
    return json.path("seq").asLong();
  }

  /** The event of a job that this is a copy of; null when it is none. */
  public EventId eventId() {
    return EventId.parse(json.path("event_id").asText(""), json.path("job_id").asText(""));
  }

  /** The log that it belongs to, as the record itself says. */
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

  /** What its type has to say; a missing node when there is nothing. */
  public JsonNode payload() {
    return json.path("payload");
  }
}
