package io.mirrorneuron.area.jobs.view;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mirrorneuron.wire.Json;
import io.mirrorneuron.wire.Timestamps;
import java.util.function.Predicate;

/**
 * An event of a job from any source. Members of the payload precede those of the event itself; a
 * member of the wrong type counts as absent.
 */
public record JobEvent(JsonNode json) {
  private static final int MAX_UNPARSEABLE_CHARS = 2000;

  /** A text that is not a JSON object becomes an event that reports this. */
  public static JobEvent parse(String text) {
    try {
      if (Json.parse(text) instanceof ObjectNode event) {
        return new JobEvent(event);
      }
    } catch (JsonProcessingException e) {
      // reported by the event below
    }
    String shown = text.substring(0, Math.min(MAX_UNPARSEABLE_CHARS, text.length()));
    return new JobEvent(Json.object().put("type", "unparseable_event").put("message", shown));
  }

  public String type() {
    return json.path("type").asText();
  }

  public long seq() {
    return json.path("seq").asLong();
  }

  public JsonNode payload() {
    return json.path("payload");
  }

  /** In milliseconds since the epoch, or 0 when unknown. */
  public long at() {
    String text = ownText("timestamp", "ts");
    return text == null ? 0 : Timestamps.millis(text);
  }

  /** Null when the event names none. */
  public String stepId() {
    return text("step", "step_id", "phase", "phase_id");
  }

  /** Null when the event names none. */
  public String agentId() {
    return text("worker", "agent_id", "node_id");
  }

  /** The first of the members that is text and not blank, or null. */
  public String text(String... names) {
    return first(names, JsonNode::isTextual) instanceof JsonNode found ? found.asText() : null;
  }

  /** The first of the members that is a finite number, or null. */
  public Double number(String... names) {
    return first(names, value -> value.isNumber() && Double.isFinite(value.asDouble()))
            instanceof JsonNode found
        ? found.asDouble()
        : null;
  }

  /** The first of the members that is present and not null, else a missing node. */
  public JsonNode any(String... names) {
    return first(names, value -> true) instanceof JsonNode found
        ? found
        : MissingNode.getInstance();
  }

  /** As {@link #text}, ignoring the payload. */
  public String ownText(String... names) {
    return Texts.of(json, names);
  }

  private JsonNode first(String[] names, Predicate<JsonNode> fits) {
    for (JsonNode place : new JsonNode[] {payload(), json}) {
      for (String name : names) {
        JsonNode value = place.path(name);
        boolean isBlank = value.isTextual() && value.asText().isBlank();
        if (!value.isMissingNode() && !value.isNull() && !isBlank && fits.test(value)) {
          return value;
        }
      }
    }
    return null;
  }
}
