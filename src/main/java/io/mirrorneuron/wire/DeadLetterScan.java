package io.mirrorneuron.wire;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Finds the dead letters of a job: events about messages that were not handled. Takes the whole
 * event log from its start, in portions of any size. Not thread-safe.
 */
public final class DeadLetterScan {
  private static final String TYPE = "dead_letter";

  private final List<ObjectNode> letters = new ArrayList<>();
  private int position;

  /**
   * Continues with the next events.
   *
   * @param events as JSON texts; anything but an object is skipped
   */
  public void read(List<String> events) {
    for (String text : events) {
      // Most events are none: look before parsing.
      if (text.contains(TYPE)
          && parsed(text) instanceof ObjectNode event
          && event.path("type").asText().equals(TYPE)) {
        letters.add(letter(event));
      }
      position++;
    }
  }

  /**
   * {@code {index, event_index, agent_id, reason, timestamp, message}} of those found so far, in
   * order; {@code event_index} counts from the start of the log.
   */
  public List<ObjectNode> letters() {
    return Collections.unmodifiableList(letters);
  }

  private ObjectNode letter(JsonNode event) {
    ObjectNode letter = Json.object().put("index", letters.size()).put("event_index", position);
    letter.set("agent_id", event.get("agent_id"));
    letter.set("reason", first(event, "/reason", "/error", "/payload/reason"));
    letter.set("timestamp", event.get("timestamp"));
    letter.set("message", first(event, "/message", "/payload/message"));
    return letter;
  }

  /** The event's own members; the record of an event in a run has them in its payload. */
  private static JsonNode first(JsonNode event, String... pointers) {
    for (String pointer : pointers) {
      JsonNode found = event.at(pointer);
      if (!found.isMissingNode() && !found.isNull()) {
        return found;
      }
    }
    return null;
  }

  private static JsonNode parsed(String text) {
    try {
      return Json.parse(text);
    } catch (JsonProcessingException e) {
      return null;
    }
  }
}
